import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import { type GraphQLFormattedError, parse } from 'graphql'
import { createGraph, type GraphOptions, type ServedGraph } from '../src/create-graph.ts'
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
  return {
    name,
    sdl,
    schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]),
    routes: [],
    checks: {},
    createContext: ({ identity }) => ({ identity }),
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
