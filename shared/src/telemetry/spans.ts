import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { formatTraceparent, parseTraceparent } from '../viewer/trace-context.ts'
import type { Attributes, SpanEnd, SpanOptions, TelemetrySpan } from './telemetry.ts'

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const

/** Begins a span whose parents and links are told as `traceparent`s. */
export function beginSpan(
  tracer: Tracer,
  name: string,
  { kind, parent, links = [], attributes = {} }: SpanOptions,
): TelemetrySpan {
  const span = tracer.startSpan(
    name,
    {
      kind: kinds[kind],
      attributes: known(attributes),
      links: links.flatMap((link) => {
        const context = spanContextOf(link)
        return context ? [{ context }] : []
      }),
    },
    contextOf(parent),
  )
  return new OtelSpan(span)
}

class OtelSpan implements TelemetrySpan {
  readonly traceparent: string
  readonly #span: Span

  constructor(span: Span) {
    const { traceId, spanId, traceFlags } = span.spanContext()
    this.traceparent = formatTraceparent({ traceId, spanId, sampled: (traceFlags & 1) === 1 })
    this.#span = span
  }

  setAttributes(attributes: Attributes): void {
    this.#span.setAttributes(known(attributes))
  }

  setName(name: string): void {
    this.#span.updateName(name)
  }

  end({ attributes, errorType }: SpanEnd = {}): void {
    if (attributes) this.setAttributes(attributes)
    if (errorType !== undefined) {
      this.#span.setAttribute('error.type', errorType)
      this.#span.setStatus({ code: SpanStatusCode.ERROR })
    }
    this.#span.end()
  }
}

function contextOf(traceparent: string | undefined): Context {
  const parent = spanContextOf(traceparent)
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
}

function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const parsed = parseTraceparent(traceparent)
  if (!parsed) return undefined
  const { traceId, spanId, sampled } = parsed
  return { traceId, spanId, traceFlags: sampled ? 1 : 0, isRemote: true }
}

type KnownAttributes = Record<string, string | number | boolean | string[]>

/** The attributes that have a value. */
export function known(attributes: Attributes): KnownAttributes {
  const result: KnownAttributes = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue
    result[name] = typeof value === 'object' ? [...value] : value
  }
  return result
}
