import { DiagLogLevel, diag } from '@opentelemetry/api'
import { Resource } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import { endsWithin } from '../concurrency/ends-within.ts'
import type { Logger } from '../log/logger.ts'
import type { ExporterConfig, SamplerConfig, TelemetryConfig } from './config.ts'
import { createInstruments } from './instruments.ts'
import type { TelemetryOptions } from './load-telemetry.ts'
import { beginSpan } from './spans.ts'
import type { Telemetry } from './telemetry.ts'

const scope = 'gravity'
const stopTimeoutMs = 5_000

/**
 * Opens OpenTelemetry: spans and measurements are sent in batches, in the background, over OTLP/HTTP. Nothing global is
 * registered, so that several may live in one process. A collector that is away is told in the log and costs data, never
 * requests. Loaded by `loadTelemetry` and nobody else.
 */
export async function openTelemetry(
  config: TelemetryConfig,
  { serviceName, log }: TelemetryOptions,
): Promise<Telemetry> {
  tellTroubles(log)
  const resource = Resource.default().merge(
    new Resource({
      ...config.resourceAttributes,
      'service.name': config.serviceName ?? serviceName,
    }),
  )
  const traces = config.traces && (await openTracerProvider(config.traces, config, resource))
  const metrics = config.metrics && (await openMeterProvider(config.metrics, resource))
  const tracer = (traces ?? new BasicTracerProvider({ sampler: new AlwaysOffSampler() })).getTracer(
    scope,
  )
  const instruments = createInstruments((metrics ?? new MeterProvider()).getMeter(scope))
  return {
    beginSpan: (name, options) => beginSpan(tracer, name, options),
    ...instruments,
    async stop() {
      const stopped = Promise.all([traces?.shutdown(), metrics?.shutdown()]).catch((err: unknown) =>
        log.warn({ err }, 'The last telemetry could not be sent.'),
      )
      await endsWithin(stopped, stopTimeoutMs)
    },
  }
}

async function openTracerProvider(
  exporter: ExporterConfig,
  { sampler }: TelemetryConfig,
  resource: Resource,
): Promise<BasicTracerProvider> {
  const { OTLPTraceExporter } =
    exporter.protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto')
  const spans = new OTLPTraceExporter(exporterOptions(exporter))
  return new BasicTracerProvider({
    resource,
    sampler: createSampler(sampler),
    spanProcessors: [new BatchSpanProcessor(spans)],
  })
}

async function openMeterProvider(
  exporter: ExporterConfig & { readonly intervalMs: number },
  resource: Resource,
): Promise<MeterProvider> {
  const { OTLPMetricExporter } =
    exporter.protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto')
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(exporterOptions(exporter)),
    exportIntervalMillis: exporter.intervalMs,
    exportTimeoutMillis: Math.min(exporter.intervalMs, exporter.timeoutMs),
  })
  return new MeterProvider({ resource, readers: [reader] })
}

function exporterOptions({ url, headers, timeoutMs }: ExporterConfig) {
  return { url, headers: { ...headers }, timeoutMillis: timeoutMs }
}

function createSampler({ name, ratio }: SamplerConfig): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler()
    case 'always_off':
      return new AlwaysOffSampler()
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio)
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() })
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() })
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
  }
}

const quietMs = 60_000

/** The libraries tell what they cannot send each time; once a minute is enough. */
function tellTroubles(log: Logger): void {
  let toldAt = Number.NEGATIVE_INFINITY
  const tell = (problem: string): void => {
    if (performance.now() - toldAt < quietMs) return
    toldAt = performance.now()
    log.warn({ problem }, 'Telemetry is lost.')
  }
  const ignore = (): void => undefined
  const logger = { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
}
