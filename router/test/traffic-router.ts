import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import type { Logger } from '@gravity/shared/log/logger'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { silentLog } from '@gravity/shared/testing/silent-log'
import type { IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { readRouterConfig } from '../src/config.ts'
import { type OpenRouterOptions, openRouter } from '../src/open-router.ts'
import { createHttpClient } from '../src/subgraphs/http-client.ts'
import { composedSource } from '../src/supergraph/composed-source.ts'
import type { Answer } from './execution-graph.ts'

/** What a subgraph of a test does with a request; the body is the parsed GraphQL request. */
export type Answerer = (exchange: {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: string
}) => void | Promise<void>

export interface PlainSubgraph extends AsyncDisposable {
  readonly name: string
  readonly sdl: string
  readonly url: string
  readonly requests: IncomingMessage[]
  /** Answers from now on. */
  answer: Answerer
}

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'

/** A subgraph whose field, query and mutation, is named after it, over a plain HTTP server that a test can misuse. */
export async function startSubgraph(name: string, answer = data(name)): Promise<PlainSubgraph> {
  const requests: IncomingMessage[] = []
  const server = createServer(async (request, response) => {
    requests.push(request)
    const { query } = JSON.parse(Buffer.concat(await request.toArray()).toString())
    await subgraph.answer({ request, response, query })
  })
  const port = await listenOnFreePort(server)
  const subgraph: PlainSubgraph = {
    name,
    sdl: `${link} type Query { ${name}(n: Int): String } type Mutation { set_${name}: String }`,
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return subgraph
}

export async function listenOnFreePort(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has an address of this form.
  return (server.address() as AddressInfo).port
}

export function data(name: string, value = `${name} answers`): Answerer {
  return ({ response, query }) => {
    const field = query.includes(`set_${name}`) ? `set_${name}` : name
    reply(response, 200, { data: { [field]: value } })
  }
}

export function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof value === 'string' ? value : JSON.stringify(value))
}

export interface TrafficRouterOptions
  extends Pick<OpenRouterOptions, 'viewerIndependentFields' | 'keySource'> {
  readonly traffic?: unknown
  readonly env?: NodeJS.ProcessEnv
  readonly signer?: IdentitySigner
  readonly log?: Logger
}

export interface TrafficRouter extends AsyncDisposable {
  readonly url: string
  ask(query: string, init?: RequestInit): Promise<Answer>
  health(): Promise<Record<string, unknown>>
  /** The value of a metric with its labels, as Prometheus reads it. */
  metric(series: string): Promise<number | undefined>
}

/** A router over HTTP subgraphs, as it is served; `traffic` is what GRAVITY_ROUTER_TRAFFIC says. */
export async function startTrafficRouter(
  subgraphs: readonly { readonly name: string; readonly sdl: string; readonly url: string }[],
  { traffic = {}, env, signer, log = silentLog, ...others }: TrafficRouterOptions = {},
): Promise<TrafficRouter> {
  const router = await openRouter({
    config: readRouterConfig({
      NODE_ENV: 'test',
      PORT: '0',
      GRAVITY_ROUTER_STOP_SECONDS: '2',
      GRAVITY_ROUTER_PLANNER_THREADS: '0',
      GRAVITY_ROUTER_TRAFFIC: JSON.stringify(traffic),
      ...env,
    }),
    source: composedSource(subgraphs),
    openClient: (name, url, openTraffic) =>
      createHttpClient({ name, url, signer, traffic: openTraffic() }),
    ...others,
    rateLimits: createMemoryRateLimits(),
    log,
  })
  const url = await router.start()
  return {
    url,
    async ask(query, init = {}) {
      const response = await fetch(`${url}/graphql`, {
        ...init,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...init.headers },
        body: JSON.stringify({ query }),
      })
      return JSON.parse(await response.text())
    },
    health: async () => JSON.parse(await (await fetch(`${url}/health/ready`)).text()),
    async metric(series) {
      const text = await (await fetch(`${url}/metrics`)).text()
      const line = text.split('\n').find((each) => each.startsWith(`${series} `))
      return line === undefined ? undefined : Number(line.slice(series.length))
    },
    [Symbol.asyncDispose]: router.stop,
  }
}

/** The reasons of an answer's errors by their paths. */
export function reasonsOf({ errors = [] }: Answer): unknown[] {
  return errors.map(({ path, extensions }) => [
    path?.join('.'),
    extensions?.['code'],
    extensions?.['reason'],
  ])
}
