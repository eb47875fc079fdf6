import type { AnswerInParts, DeferredPart, DeliveredPart, PartDelivery } from '../graph.ts'
import type { DeferralFormat } from './content-negotiation.ts'
import type { HttpExchange } from './http-exchange.ts'
import { MULTIPART_END, MULTIPART_OPENING, multipartPart, multipartType } from './multipart.ts'
import { OpenStream } from './open-stream.ts'

export interface MultipartAnswersOptions {
  /** How long a client may read nothing of what was sent. */
  readonly stallMs: number
}

/** Sends an answer in parts, each as soon as it is there. */
export type MultipartAnswers = (
  exchange: HttpExchange,
  answer: AnswerInParts,
  format: DeferralFormat,
) => Promise<void>

/**
 * Incremental delivery over HTTP (https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md). A
 * server that stops finishes it, like any other answer. A body without its end was cut off.
 */
export function createMultipartAnswers({ stallMs }: MultipartAnswersOptions): MultipartAnswers {
  return async (exchange, { first, pending, deliveries }, format) => {
    const stream = new OpenStream(exchange, { stallMs, onStopping: () => undefined })
    const { contentType, writeFirst, writeDelivery } = formats[format]
    stream.open(contentType, MULTIPART_OPENING + multipartPart(writeFirst(first.body, pending)))
    for await (const delivery of deliveries) {
      if (stream.closed) return
      stream.write(multipartPart(writeDelivery(delivery)))
      const congestion = stream.congestion()
      if (congestion) await congestion
    }
    stream.write(MULTIPART_END)
    stream.end()
  }
}

interface PartsFormat {
  readonly contentType: string
  /** `body` is the JSON text of an object. */
  writeFirst(body: string, pending: readonly DeferredPart[]): string
  writeDelivery(delivery: PartDelivery): string
}

const formats: Readonly<Record<DeferralFormat, PartsFormat>> = {
  /** What clients before 2024 read: https://github.com/graphql/graphql-spec/tree/48cf7263/spec */
  '20220824': {
    contentType: multipartType('deferSpec=20220824'),
    writeFirst: (body) => `${body.slice(0, -1)},"hasNext":true}`,
    writeDelivery: ({ delivered, hasNext }) => {
      const incremental = delivered.map(({ part: { path, label }, ...rest }) =>
        objectText({ ...contentOf(rest), path: JSON.stringify(path), label: textOf(label) }),
      )
      return objectText({ incremental: `[${incremental}]`, hasNext: String(hasNext) })
    },
  },
  /** What graphql-js 17 answers: https://specs.apollo.dev/incremental/v0.2/ */
  'v0.2': {
    contentType: multipartType('incrementalSpec=v0.2'),
    writeFirst: (body, pending) =>
      `${body.slice(0, -1)},"pending":${pendingText(pending)},"hasNext":true}`,
    writeDelivery: ({ delivered, pending, hasNext }) => {
      const [failed, complete] = [delivered.filter(isFailed), delivered.filter(isComplete)]
      const incremental = complete.map(({ part, ...rest }) =>
        objectText({ id: textOf(part.id), ...contentOf(rest) }),
      )
      const completed = [
        ...complete.map(({ part }) => objectText({ id: textOf(part.id) })),
        ...failed.map(({ part, errors }) =>
          objectText({ id: textOf(part.id), errors: JSON.stringify(errors) }),
        ),
      ]
      return objectText({
        ...(pending.length > 0 && { pending: pendingText(pending) }),
        ...(incremental.length > 0 && { incremental: `[${incremental}]` }),
        completed: `[${completed}]`,
        hasNext: String(hasNext),
      })
    },
  },
}

function isFailed({ data }: DeliveredPart): boolean {
  return data === 'null'
}

function isComplete(part: DeliveredPart): boolean {
  return !isFailed(part)
}

function contentOf({ data, errors }: Pick<DeliveredPart, 'data' | 'errors'>) {
  return { data, ...(errors.length > 0 && { errors: JSON.stringify(errors) }) }
}

function pendingText(pending: readonly DeferredPart[]): string {
  return JSON.stringify(pending.map(({ id, path, label }) => ({ id, path, label })))
}

function textOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}

/** The JSON text of an object whose values are JSON texts; those that are undefined are left out. */
function objectText(texts: Readonly<Record<string, string | undefined>>): string {
  const members = Object.entries(texts).flatMap(([name, text]) =>
    text === undefined ? [] : [`${JSON.stringify(name)}:${text}`],
  )
  return `{${members}}`
}
