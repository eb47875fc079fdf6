import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'

/** A span as a collector receives it. */
export interface ReceivedSpan {
  readonly service: string
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly links: readonly string[]
  readonly attributes: Readonly<Record<string, unknown>>
  readonly failed: boolean
}

/** Receives OTLP over HTTP, as a collector does. */
export interface TelemetryCollector extends AsyncDisposable {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** The names of the metrics, each with the attributes of its series. */
  readonly metrics: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>
  /** Everything that was received, as text, headers included. */
  readonly bytes: () => string
  readonly requests: readonly IncomingMessage[]
}

const attributesShape = z.array(
  z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }),
)

const tracesShape = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesShape }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              name: z.string(),
              kind: z.number(),
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              links: z.array(z.object({ spanId: z.string() })).default([]),
              attributes: attributesShape,
              status: z.object({ code: z.number() }),
            }),
          ),
        }),
      ),
    }),
  ),
})

const seriesShape = z.object({ dataPoints: z.array(z.object({ attributes: attributesShape })) })

const metricsShape = z.object({
  resourceMetrics: z.array(
    z.object({
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({
              name: z.string(),
              histogram: seriesShape.optional(),
              sum: seriesShape.optional(),
            }),
          ),
        }),
      ),
    }),
  ),
})

export async function startCollector(): Promise<TelemetryCollector> {
  const received: Buffer[] = []
  const requests: IncomingMessage[] = []
  const spans: ReceivedSpan[] = []
  const metrics = new Map<string, Readonly<Record<string, unknown>>[]>()
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    requests.push(request)
    received.push(body)
    if (request.headers['content-type'] === 'application/json') {
      const value: unknown = JSON.parse(body.toString())
      if (request.url === '/v1/traces') spans.push(...readSpans(value))
      if (request.url === '/v1/metrics') readMetrics(value, metrics)
    }
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    metrics,
    requests,
    bytes: () => Buffer.concat(received).toString('latin1'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function readSpans(value: unknown): ReceivedSpan[] {
  return tracesShape.parse(value).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
        service: String(readAttributes(resource.attributes)['service.name']),
        links: span.links.map(({ spanId }) => spanId),
        attributes: readAttributes(span.attributes),
        failed: span.status.code === 2,
      })),
    ),
  )
}

function readMetrics(
  value: unknown,
  metrics: Map<string, Readonly<Record<string, unknown>>[]>,
): void {
  const read = metricsShape.parse(value).resourceMetrics
  for (const { name, histogram, sum } of read.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  )) {
    const points = (histogram ?? sum)?.dataPoints ?? []
    metrics.set(
      name,
      points.map(({ attributes }) => readAttributes(attributes)),
    )
  }
}

function readAttributes(attributes: z.output<typeof attributesShape>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
