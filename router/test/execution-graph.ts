import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { createCompiledExecutor } from '@gravity/shared/execution/compiled-executor'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import { type GraphQLFormattedError, parse } from 'graphql'
import { createGraph, type GraphOptions, type ServedGraph } from '../src/create-graph.ts'
import type { DeliveredPart } from '../src/graph.ts'
import type { OpenClient } from '../src/subgraphs/client-pool.ts'
import { createMemoryClient } from '../src/subgraphs/memory-client.ts'
import type { SubgraphClient } from '../src/subgraphs/subgraph-client.ts'
import { composedSource } from '../src/supergraph/composed-source.ts'

export interface TestSubgraph {
  readonly name: string
  readonly sdl: string
  readonly resolvers: GraphQLResolverMap<object>
}

/** An answer as a client reads it. */
export interface Answer {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly GraphQLFormattedError[]
}

export function aSubgraph({ name, sdl, resolvers }: TestSubgraph): Subgraph {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }])
  return {
    name,
    sdl,
    schema,
    execute: createCompiledExecutor(schema),
    routes: [],
    checks: {},
    createContext: ({ identity, audience }) => ({ identity, audience }),
    start: async () => undefined,
    stop: async () => undefined,
  }
}

/** Clients to subgraphs in this process. */
export function memoryClients(subgraphs: readonly TestSubgraph[]): OpenClient {
  const clients = new Map(
    subgraphs.map((subgraph) => [
      subgraph.name,
      createMemoryClient(aSubgraph(subgraph), { log: silentLog }),
    ]),
  )
  return (name) => {
    const client = clients.get(name)
    if (!client) throw new Error(`No subgraph ${name}`)
    return client
  }
}

export function startGraph(
  subgraphs: readonly TestSubgraph[],
  options: Partial<GraphOptions> = {},
): Promise<ServedGraph> {
  return createGraph({
    source: composedSource(subgraphs),
    openClient: memoryClients(subgraphs),
    log: silentLog,
    ...options,
  })
}

export function anIdentity(viewer: Viewer | null = null): RequestIdentity {
  return { viewer, requestId: 'request-1', traceparent: createTraceparent(), clientAddress: null }
}

export interface Ask {
  readonly variables?: Record<string, unknown>
  readonly viewer?: Viewer
  readonly operationName?: string
  readonly signal?: AbortSignal
}

export async function ask(graph: ServedGraph, query: string, options: Ask = {}): Promise<Answer> {
  const { variables = {}, viewer = null, operationName, signal } = options
  const request = { query, operationName, variables, extensions: undefined }
  const prepared = await graph.prepare(request)
  if ('errors' in prepared) return { errors: prepared.errors }
  const result = await graph.execute(prepared, {
    identity: anIdentity(viewer),
    variables,
    signal: signal ?? new AbortController().signal,
  })
  return JSON.parse(result.body)
}

/** What a client has after each delivery of an answer in parts, the first part alone first. */
export async function askInParts(
  graph: ServedGraph,
  query: string,
  options: Ask = {},
): Promise<readonly Answer[]> {
  const { variables = {}, viewer = null, operationName, signal } = options
  const request = { query, operationName, variables, extensions: undefined }
  const prepared = await graph.prepare(request)
  if ('errors' in prepared) return [{ errors: prepared.errors }]
  const answer = await graph.executeInParts(prepared, {
    identity: anIdentity(viewer),
    variables,
    signal: signal ?? new AbortController().signal,
  })
  if ('body' in answer) return [JSON.parse(answer.body)]
  const states: Answer[] = [JSON.parse(answer.first.body)]
  for await (const { delivered } of answer.deliveries) {
    const state = structuredClone(states.at(-1) ?? {})
    states.push(delivered.reduce(withPart, state))
  }
  return states
}

function withPart(state: Answer, { part, data, errors }: DeliveredPart): Answer {
  const target = part.path.reduce<unknown>(
    (value, key) => Reflect.get(Object(value), key),
    state.data,
  )
  mergeInto(target, JSON.parse(data))
  const all = [...(state.errors ?? []), ...errors]
  return { ...state, ...(all.length > 0 && { errors: all }) }
}

function mergeInto(target: unknown, data: unknown): void {
  if (!isObject(target) || !isObject(data)) return
  for (const [name, value] of Object.entries(data)) {
    const current = Object.hasOwn(target, name) ? target[name] : undefined
    if (isObject(current) && isObject(value)) mergeInto(current, value)
    else
      Object.defineProperty(target, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      })
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Counts what is sent through a client, and lets a test see it. */
export function watched(openClient: OpenClient): {
  readonly openClient: OpenClient
  readonly sent: {
    readonly subgraph: string
    readonly text: string
    readonly representations: number
  }[]
} {
  const sent: { subgraph: string; text: string; representations: number }[] = []
  const open: OpenClient = (name, url) => {
    const client: SubgraphClient = openClient(name, url)
    return {
      ...client,
      send(request, call) {
        const representations = [...request.representations.values()].flat().length
        sent.push({ subgraph: name, text: request.operation.text, representations })
        return client.send(request, call)
      },
    }
  }
  return { openClient: open, sent }
}
