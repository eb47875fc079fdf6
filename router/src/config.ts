import { parseArgs } from 'node:util'
import type { Contract } from '@gravity/schema/contract/contract'
import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { StartError } from '@gravity/shared/config/start-error'
import type { ListenOptions } from '@gravity/shared/server/listen'
import { readTelemetryConfig, type TelemetryConfig } from '@gravity/shared/telemetry/config'
import { z } from 'zod'
import { type AccessLogConfig, readAccessLogConfig } from './access-log/config.ts'
import { type CachingConfig, readCachingConfig } from './caching/config.ts'
import { type DocumentsConfig, readDocumentsConfig } from './documents/config.ts'
import { type ExecutionConfig, readExecutionConfig } from './execution/config.ts'
import { type RateRule, readRateRules } from './limits/config.ts'
import { type DocumentLimits, defaultDocumentLimits } from './limits/document-limits.ts'
import type { RequestRates } from './limits/request-rate.ts'
import { type PlanningConfig, readPlanningConfig } from './planning/config.ts'
import { type PluginsConfig, readPluginsConfig } from './plugins/config.ts'
import { readTrafficConfig } from './subgraphs/config.ts'
import type { TrafficConfig } from './subgraphs/traffic-settings.ts'
import { readContractConfig } from './supergraph/config.ts'
import type { ManagedSubgraph } from './supergraph/managed-source.ts'
import { readTransportConfig, type TransportConfig } from './transport/config.ts'
import type { SocketLimits } from './transport/graphql-socket.ts'
import type { HttpTimeouts } from './transport/http-server.ts'
import { createBlockList } from './viewer/client-address.ts'

/** How the router meets the outside. What it serves, it is given. */
export interface RouterConfig {
  readonly address: ListenOptions
  /** Origins whose pages may read answers and open sockets; see `AllowedOrigins`. */
  readonly corsOrigins: readonly string[]
  /** Addresses and CIDR ranges whose `x-forwarded-for` is believed. */
  readonly trustedProxies: readonly string[]
  readonly bodyLimitBytes: number
  readonly documentLimits: DocumentLimits
  /** How many objects an answer may have, by the pages that a document asks for. */
  readonly maximumNodes: number
  /** Whether clients may introspect the schema. */
  readonly introspection: boolean
  /** Whether the pages for people are served. */
  readonly explorer: boolean
  readonly requestRates: RequestRates
  readonly caching: CachingConfig
  readonly rateRules: readonly RateRule[]
  readonly documents: DocumentsConfig
  readonly transport: TransportConfig
  readonly socketLimits: SocketLimits
  readonly timeouts: HttpTimeouts
  readonly planning: PlanningConfig
  /** Which part of the graph is served. */
  readonly contract: Contract
  readonly execution: ExecutionConfig
  readonly traffic: TrafficConfig
  readonly plugins: PluginsConfig
  readonly accessLog: AccessLogConfig
  /** Undefined when no telemetry is sent anywhere. */
  readonly telemetry: TelemetryConfig | undefined
  /** How long a stop waits for what is in flight. */
  readonly stopGraceMs: number
}

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== ''),
)
const count = z.coerce.number().int().min(1)

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8_000),
  HOST: z.string().optional(),
  GRAVITY_CORS_ORIGINS: list
    .refine(
      (origins) => origins.every(isOrigin),
      'a comma-separated list of origins such as https://shop.example or http://localhost:*, or *',
    )
    .optional(),
  GRAVITY_TRUSTED_PROXIES: list
    .refine(areNetworks, 'a comma-separated list of addresses and CIDR ranges such as 10.0.0.0/8')
    .default([]),
  GRAVITY_ROUTER_BODY_BYTES: count.default(1_048_576),
  GRAVITY_ROUTER_TOKENS: count.default(defaultDocumentLimits.tokens),
  GRAVITY_ROUTER_DEPTH: count.default(defaultDocumentLimits.depth),
  GRAVITY_ROUTER_ROOT_FIELDS: count.default(defaultDocumentLimits.rootFields),
  GRAVITY_ROUTER_ALIASES: count.default(defaultDocumentLimits.aliases),
  GRAVITY_ROUTER_FIELDS: count.default(defaultDocumentLimits.fields),
  GRAVITY_ROUTER_NODES: count.default(20_000),
  GRAVITY_ROUTER_DIRECTIVES: count.default(defaultDocumentLimits.directives),
  GRAVITY_ROUTER_INTROSPECTION: z.stringbool().optional(),
  GRAVITY_ROUTER_EXPLORER: z.stringbool().optional(),
  GRAVITY_ROUTER_REQUESTS_PER_VIEWER: z.coerce.number().int().min(0).optional(),
  GRAVITY_ROUTER_REQUESTS_PER_ADDRESS: z.coerce.number().int().min(0).optional(),
  GRAVITY_ROUTER_SOCKET_OPERATIONS: count.default(100),
  GRAVITY_ROUTER_SOCKET_BUFFER_BYTES: count.default(4_194_304),
  GRAVITY_ROUTER_STOP_SECONDS: z.coerce.number().min(0).max(600).default(10),
})

/**
 * Reads the router's configuration from the environment. Outside production introspection and explorer are on, pages
 * on this machine may call, requests are not counted, and only this machine is listened to. Throws a StartError.
 */
export function readRouterConfig(environment: NodeJS.ProcessEnv = process.env): RouterConfig {
  const env = parseEnvironment(schema, environment)
  const production = env.NODE_ENV === 'production'
  return {
    address: { host: env.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'), port: env.PORT },
    corsOrigins: env.GRAVITY_CORS_ORIGINS ?? (production ? [] : developmentOrigins),
    trustedProxies: env.GRAVITY_TRUSTED_PROXIES,
    bodyLimitBytes: env.GRAVITY_ROUTER_BODY_BYTES,
    documentLimits: {
      ...defaultDocumentLimits,
      tokens: env.GRAVITY_ROUTER_TOKENS,
      depth: env.GRAVITY_ROUTER_DEPTH,
      rootFields: env.GRAVITY_ROUTER_ROOT_FIELDS,
      aliases: env.GRAVITY_ROUTER_ALIASES,
      fields: env.GRAVITY_ROUTER_FIELDS,
      directives: env.GRAVITY_ROUTER_DIRECTIVES,
    },
    maximumNodes: env.GRAVITY_ROUTER_NODES,
    introspection: env.GRAVITY_ROUTER_INTROSPECTION ?? !production,
    explorer: env.GRAVITY_ROUTER_EXPLORER ?? !production,
    requestRates: {
      perViewer: env.GRAVITY_ROUTER_REQUESTS_PER_VIEWER ?? (production ? 6_000 : 0),
      perAddress: env.GRAVITY_ROUTER_REQUESTS_PER_ADDRESS ?? (production ? 30_000 : 0),
    },
    rateRules: readRateRules(environment),
    documents: readDocumentsConfig(environment),
    caching: readCachingConfig(environment),
    transport: readTransportConfig(environment),
    socketLimits: {
      initTimeoutMs: 10_000,
      operations: env.GRAVITY_ROUTER_SOCKET_OPERATIONS,
      messageBytes: env.GRAVITY_ROUTER_BODY_BYTES,
      bufferedBytes: env.GRAVITY_ROUTER_SOCKET_BUFFER_BYTES,
      stallMs: 10_000,
      heartbeatMs: 15_000,
    },
    planning: readPlanningConfig(environment),
    contract: readContractConfig(environment),
    execution: readExecutionConfig(environment),
    traffic: readTrafficConfig(environment),
    plugins: readPluginsConfig(environment),
    accessLog: readAccessLogConfig(environment),
    telemetry: readTelemetryConfig(environment),
    timeouts: { headers: 10_000, request: 30_000, keepAlive: 65_000, answer: 30_000 },
    stopGraceMs: env.GRAVITY_ROUTER_STOP_SECONDS * 1_000,
  }
}

/** What the command line says; see `readRouterArguments`. */
export interface RouterArguments {
  /** A supergraph of strangers to serve; the platform's own subgraphs when it is absent. */
  readonly supergraphFile: string | undefined
  /** Instead of PORT. */
  readonly port: number | undefined
}

/** Reads `--supergraph FILE` and `--port N`. Throws a StartError when there is something else. */
export function readRouterArguments(
  commandLine: readonly string[] = process.argv.slice(2),
): RouterArguments {
  const { supergraph, port } = parseCommandLine(commandLine)
  const number = port === undefined ? undefined : Number(port)
  if (number !== undefined && !(Number.isInteger(number) && number >= 0 && number <= 65_535)) {
    throw new StartError(`--port is ${port}, but must be a port from 0 to 65535.`)
  }
  return { supergraphFile: supergraph, port: number }
}

function parseCommandLine(commandLine: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandLine],
      options: { supergraph: { type: 'string' }, port: { type: 'string' } },
    }).values
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`${reason} The router takes --supergraph FILE and --port N.`, { cause })
  }
}

const addresses = list
  .transform((entries) =>
    entries.map((entry) => /^([a-z][a-z0-9_-]*)=(https?:\/\/\S+)$/.exec(entry)),
  )
  .refine(
    (matches) => matches.every((match) => match !== null),
    'a list such as users=http://users:8002/graphql,chat=http://chat:8012/graphql',
  )

/** Reads GRAVITY_SUBGRAPHS, where the platform's running subgraphs are; undefined when it is not set. Throws a StartError. */
export function readSubgraphAddresses(
  environment: NodeJS.ProcessEnv = process.env,
): ManagedSubgraph[] | undefined {
  const { GRAVITY_SUBGRAPHS: matches } = parseEnvironment(
    z.object({ GRAVITY_SUBGRAPHS: addresses.optional() }),
    environment,
  )
  return matches?.map((match) => ({ name: match?.[1] ?? '', url: match?.[2] ?? '' }))
}

/** Front ends under development on this machine, and Apollo's explorer in the browser. */
const developmentOrigins = [
  'http://localhost:*',
  'http://127.0.0.1:*',
  'https://studio.apollographql.com',
]

function isOrigin(text: string): boolean {
  return text === '*' || /^https?:\/\/[^/\s*?#@]+(:\*)?$/.test(text)
}

function areNetworks(entries: readonly string[]): boolean {
  try {
    createBlockList(entries)
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}
