import { z } from 'zod'
import { parseEnvironment } from '../config/parse-environment.ts'

/** Where one signal goes. */
export interface ExporterConfig {
  readonly protocol: 'http/protobuf' | 'http/json'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export interface SamplerConfig {
  readonly name: (typeof samplers)[number]
  /** Which part of the traces is kept, from 0 to 1. */
  readonly ratio: number
}

/** What is told to an OpenTelemetry collector. */
export interface TelemetryConfig {
  readonly serviceName: string | undefined
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly traces: ExporterConfig | undefined
  readonly sampler: SamplerConfig
  readonly metrics: (ExporterConfig & { readonly intervalMs: number }) | undefined
}

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

const url = z.url({ protocol: /^https?$/ }).describe('an address such as http://collector:4318')
const protocol = z.enum(['http/protobuf', 'http/json'])
const exporter = z.enum(['otlp', 'none'])
const pairs = z.string().transform((text, context) => {
  const entries = parsePairs(text)
  if (entries) return entries
  context.addIssue({ code: 'custom', message: 'a list such as name=value,other=value' })
  return z.NEVER
})
const milliseconds = z.coerce.number().int().min(1)

const schema = z.object({
  OTEL_SDK_DISABLED: z.stringbool().default(false),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: pairs.default({}),
  OTEL_TRACES_EXPORTER: exporter.optional(),
  OTEL_METRICS_EXPORTER: exporter.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.default('http/protobuf'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol.optional(),
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: protocol.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: pairs.meta({ secret: true }).default({}),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: pairs.meta({ secret: true }).default({}),
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: pairs.meta({ secret: true }).default({}),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds.default(10_000),
  OTEL_TRACES_SAMPLER: z.enum(samplers).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_METRIC_EXPORT_INTERVAL: milliseconds.default(60_000),
})
type Environment = Readonly<z.output<typeof schema>>

/**
 * Reads the standard variables of OpenTelemetry
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Undefined, so that nothing of it
 * is loaded, unless an endpoint or an exporter is named. Throws a StartError, also for OTLP over gRPC.
 */
export function readTelemetryConfig(
  environment: NodeJS.ProcessEnv = process.env,
): TelemetryConfig | undefined {
  const env = parseEnvironment(schema, environment)
  if (env.OTEL_SDK_DISABLED) return undefined
  const traces = readSignal(env, 'TRACES')
  const metrics = readSignal(env, 'METRICS')
  if (!traces && !metrics) return undefined
  const { 'service.name': named, ...resourceAttributes } = env.OTEL_RESOURCE_ATTRIBUTES
  return {
    serviceName: env.OTEL_SERVICE_NAME ?? named,
    resourceAttributes,
    traces,
    sampler: { name: env.OTEL_TRACES_SAMPLER, ratio: env.OTEL_TRACES_SAMPLER_ARG },
    metrics: metrics && { ...metrics, intervalMs: env.OTEL_METRIC_EXPORT_INTERVAL },
  }
}

function readSignal(env: Environment, signal: 'TRACES' | 'METRICS'): ExporterConfig | undefined {
  const chosen = env[`OTEL_${signal}_EXPORTER`]
  const own = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]
  const general = env.OTEL_EXPORTER_OTLP_ENDPOINT
  const wanted = chosen === 'otlp' || own !== undefined || general !== undefined
  if (chosen === 'none' || !wanted) return undefined
  const base = general ?? 'http://localhost:4318'
  return {
    protocol: env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] ?? env.OTEL_EXPORTER_OTLP_PROTOCOL,
    // The general endpoint is a base; one of a signal is taken as it is.
    url: own ?? `${base.replace(/\/$/, '')}/v1/${signal.toLowerCase()}`,
    headers: {
      ...env.OTEL_EXPORTER_OTLP_HEADERS,
      ...env[`OTEL_EXPORTER_OTLP_${signal}_HEADERS`],
    },
    timeoutMs: env.OTEL_EXPORTER_OTLP_TIMEOUT,
  }
}

/** `name=value,…` with values percent-encoded, as in W3C Baggage; undefined when it is not. */
function parsePairs(text: string): Record<string, string> | undefined {
  const entries = text.split(',').filter((entry) => entry.trim() !== '')
  const result: Record<string, string> = {}
  for (const entry of entries) {
    const at = entry.indexOf('=')
    const value = decode(entry.slice(at + 1).trim())
    if (at < 1 || value === undefined) return undefined
    result[entry.slice(0, at).trim()] = value
  }
  return result
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
