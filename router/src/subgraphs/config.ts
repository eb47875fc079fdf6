import { readFileSync } from 'node:fs'
import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { StartError } from '@gravity/shared/config/start-error'
import { z } from 'zod'
import type { CircuitSettings } from './circuit-breaker.ts'
import {
  answerRulesShape,
  rulesShape,
  toAnswerHeaderRules,
  toHeaderRules,
} from './header-rules-config.ts'
import { type TlsFileNames, TlsFiles } from './tls-files.ts'
import {
  defaultCircuit,
  defaultTrafficSettings,
  type TrafficConfig,
  type TrafficSettings,
} from './traffic-settings.ts'

const variable = 'GRAVITY_ROUTER_TRAFFIC'
const longestDeadlineMs = 300_000
const count = z.coerce.number().int().min(1)

const environmentShape = z.object({
  GRAVITY_ROUTER_SUBGRAPH_DEADLINE_MS: count.max(longestDeadlineMs).optional(),
  GRAVITY_ROUTER_SUBGRAPH_RESPONSE_BYTES: count.default(defaultTrafficSettings.responseBytes),
  GRAVITY_ROUTER_SUBGRAPH_CONCURRENCY: count.optional(),
  // It may hold keys of subgraphs, so it is never printed.
  [variable]: z.string().meta({ secret: true }).optional(),
})

const whole = z.number().int().min(1)
const share = z.number().min(0).max(1)

const settingsShape = z.strictObject({
  deadlineMs: whole.max(longestDeadlineMs).optional(),
  responseBytes: whole.optional(),
  concurrency: whole.optional(),
  queue: z.number().int().min(0).optional(),
  retries: z
    .strictObject({
      attempts: whole.max(10).optional(),
      budget: share.optional(),
      minimum: z.number().int().min(0).optional(),
    })
    .optional(),
  circuit: z
    .union([
      z.literal(false),
      z.strictObject({
        failureRate: share.gt(0).optional(),
        minimumCalls: whole.optional(),
        windowMs: whole.min(1_000).optional(),
        openMs: whole.optional(),
        longestOpenMs: whole.optional(),
      }),
    ])
    .optional(),
  dedup: z.boolean().optional(),
  headers: rulesShape.optional(),
  answerHeaders: answerRulesShape.optional(),
  tls: z
    .strictObject({
      ca: z.string().optional(),
      certificate: z.string().optional(),
      key: z.string().optional(),
      serverName: z.string().optional(),
    })
    .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
      message: 'a certificate needs its key, and a key its certificate',
    })
    .optional(),
  http2: z.boolean().optional(),
})
type WrittenSettings = z.output<typeof settingsShape>

const trafficShape = z.strictObject({
  all: settingsShape.optional(),
  subgraphs: z.record(z.string(), settingsShape).optional(),
})

/**
 * Reads what the traffic to subgraphs may be: three variables for all of them, and GRAVITY_ROUTER_TRAFFIC, a JSON text or
 * the name of a file with one, for everything else and for single subgraphs. Throws a StartError that says where what is
 * wrong.
 */
export function readTrafficConfig(environment: NodeJS.ProcessEnv = process.env): TrafficConfig {
  const env = parseEnvironment(environmentShape, environment)
  const written = readTraffic(env[variable])
  const asked = {
    deadlineMs: env.GRAVITY_ROUTER_SUBGRAPH_DEADLINE_MS,
    concurrency: env.GRAVITY_ROUTER_SUBGRAPH_CONCURRENCY,
  }
  const variables = {
    ...defaultTrafficSettings,
    deadlineMs: asked.deadlineMs ?? defaultTrafficSettings.deadlineMs,
    responseBytes: env.GRAVITY_ROUTER_SUBGRAPH_RESPONSE_BYTES,
    concurrency: asked.concurrency ?? defaultTrafficSettings.concurrency,
    asked,
  }
  const all = withWritten(variables, written.all ?? {}, environment)
  const subgraphs = Object.entries(written.subgraphs ?? {}).map(
    ([name, settings]) => [name, withWritten(all, settings, environment)] as const,
  )
  return { all, subgraphs: new Map(subgraphs) }
}

function readTraffic(text: string | undefined): z.output<typeof trafficShape> {
  if (text === undefined) return {}
  const json = text.trimStart().startsWith('{') ? text : readNamedFile(text.trim())
  const parsed = trafficShape.safeParse(parseJson(json))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue && issue.path.length > 0 ? issue.path.join('.') : 'the whole'
  throw new StartError(`${variable} cannot be used, because of ${place}: ${issue?.message}.`, {
    cause: parsed.error,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StartError(`${variable} must be JSON, or the name of a file with JSON.`, { cause })
  }
}

function withWritten(
  settings: TrafficSettings,
  written: WrittenSettings,
  environment: NodeJS.ProcessEnv,
): TrafficSettings {
  const { retries = {}, headers = [], answerHeaders = [], tls } = written
  return {
    deadlineMs: written.deadlineMs ?? settings.deadlineMs,
    responseBytes: written.responseBytes ?? settings.responseBytes,
    concurrency: written.concurrency ?? settings.concurrency,
    queue: written.queue ?? settings.queue,
    retries: {
      attempts: retries.attempts ?? settings.retries.attempts,
      budget: retries.budget ?? settings.retries.budget,
      minimum: retries.minimum ?? settings.retries.minimum,
    },
    circuit: circuitOf(written.circuit, settings.circuit),
    dedup: written.dedup ?? settings.dedup,
    headers: [...settings.headers, ...toHeaderRules(headers, environment)],
    answerHeaders: [...settings.answerHeaders, ...toAnswerHeaderRules(answerHeaders)],
    tls: tls ? readTls(tls) : settings.tls,
    http2: written.http2 ?? settings.http2,
    asked: {
      deadlineMs: written.deadlineMs ?? settings.asked.deadlineMs,
      concurrency: written.concurrency ?? settings.asked.concurrency,
    },
  }
}

function circuitOf(
  written: WrittenSettings['circuit'],
  otherwise: CircuitSettings | undefined,
): CircuitSettings | undefined {
  if (written === undefined) return otherwise
  if (written === false) return undefined
  const known = otherwise ?? defaultCircuit
  const openMs = written.openMs ?? known.openMs
  return {
    failureRate: written.failureRate ?? known.failureRate,
    minimumCalls: written.minimumCalls ?? known.minimumCalls,
    windowMs: written.windowMs ?? known.windowMs,
    openMs,
    longestOpenMs: Math.max(openMs, written.longestOpenMs ?? known.longestOpenMs),
  }
}

function readTls(names: TlsFileNames): TlsFiles {
  try {
    return new TlsFiles(names)
  } catch (cause) {
    const { ca, certificate, key } = names
    const named = [ca, certificate, key].filter((file) => file !== undefined).join(', ')
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`TLS cannot use the files that ${variable} names, ${named}: ${reason}`, {
      cause,
    })
  }
}

function readNamedFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StartError(`${variable} names the file ${file}, which cannot be read.`, { cause })
  }
}
