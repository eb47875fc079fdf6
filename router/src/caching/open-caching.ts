import {
  INVALIDATION_TOPIC,
  type Invalidation,
  readInvalidation,
} from '@gravity/shared/cache/invalidation'
import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import type { ServedGraph } from '../create-graph.ts'
import type { Graph, GraphCall } from '../graph.ts'
import type { OpenClient } from '../subgraphs/client-pool.ts'
import { compileHeaderRules } from '../subgraphs/header-rules.ts'
import { forwardsHeaders, type TrafficConfig } from '../subgraphs/traffic-settings.ts'
import type { Route } from '../transport/http-server.ts'
import type { CacheName, CacheReading } from './cache-metrics.ts'
import { createCachingClient } from './caching-client.ts'
import { createCachingGraph } from './caching-graph.ts'
import type { CachingConfig } from './config.ts'
import type { Entity } from './entity-request.ts'
import { Flights } from './flights.ts'
import { createInvalidationRoute, INVALIDATION_PATH } from './invalidation-route.ts'
import { Invalidations } from './invalidations.ts'
import type { KeptAnswer } from './kept-answer.ts'
import { KnownRequests } from './known-requests.ts'
import { readTagRules, type TagRules } from './tag-rules.ts'
import { TaggedCache } from './tagged-cache.ts'

export interface CachingOptions {
  readonly config: CachingConfig
  readonly traffic: TrafficConfig
  /** By which other processes tell what has changed; without it only this router's own address does. */
  readonly pubsub: PubSub | undefined
  readonly now: (() => Date) | undefined
  /** Where the caches that are opened are to be found, for metrics. */
  readonly readings: Map<CacheName, CacheReading>
  readonly log: Logger
}

/** What a router keeps of answers, and the places where that takes effect. */
export interface Caching {
  /** To be put around every subgraph's client. */
  wrapClients(open: OpenClient): OpenClient
  /** To be put around the graph, which has the clients. Resolves when invalidations are heard. */
  wrapGraph(graph: ServedGraph): Promise<Graph>
  /** For transports that can tell a request by its text; undefined when no answers are kept. */
  readonly knownRequests: KnownRequests | undefined
  readonly routes: ReadonlyMap<string, Route>
}

/** Opens what the configuration switches on; what is off is not in the way of any request. */
export function openCaching(options: CachingOptions): Caching {
  const { config, traffic, pubsub, readings } = options
  const now = clockOf(options)
  const headersKey = headersKeyOf(traffic)
  const invalidations = new Invalidations()
  const open = <Value>(name: CacheName, maximumBytes: number): TaggedCache<Value> | undefined => {
    if (maximumBytes === 0) return undefined
    const cache = new TaggedCache<Value>({ maximumBytes, now })
    readings.set(name, cache)
    invalidations.add(cache)
    return cache
  }
  const answers = open<KeptAnswer>('response', config.answerBytes)
  const entities = open<Entity>('entity', config.entityBytes)
  const knownRequests = answers && new KnownRequests({ answers, headersKey })
  const served: { rules: () => TagRules } = { rules: noRules }
  const { invalidationSecret: secret } = config
  const invalidate = createInvalidate(invalidations, pubsub)
  return {
    knownRequests,
    routes: new Map(
      secret === undefined
        ? []
        : [[INVALIDATION_PATH, createInvalidationRoute({ secret, invalidate })]],
    ),
    wrapClients(openClient) {
      if (!answers && !entities) return openClient
      return (name, url) => {
        const client = openClient(name, url)
        return createCachingClient({
          name,
          client,
          entities,
          invalidations,
          rules: () => served.rules(),
          headersKey,
          now,
        })
      }
    },
    async wrapGraph(graph) {
      if (!answers && !entities && !config.deduplicates) return graph
      served.rules = rulesOf(graph)
      graph.onSchemaChange(() => {
        invalidations.apply({ tags: [], all: true })
        knownRequests?.forgetAll()
      })
      const flights = new Flights({ deduplicates: config.deduplicates, headersKey })
      const keepsEntities = entities !== undefined
      const caching = createCachingGraph({
        graph,
        answers,
        keepsEntities,
        flights,
        invalidations,
        headersKey,
        forwarded: forwardedHeaders(traffic),
        now,
      })
      const hearing = await hearInvalidations(invalidations, options)
      return {
        ...caching,
        async stop() {
          await hearing?.close()
          await graph.stop()
        },
      }
    },
  }
}

function noRules(): TagRules {
  throw new Error('Nothing is kept before there is a supergraph')
}

function clockOf({ now }: CachingOptions): () => number {
  return now ? () => now().getTime() : Date.now
}

/** Made when first needed: most graphs keep nothing. */
function rulesOf(graph: ServedGraph): () => TagRules {
  let known: { readonly sdl: string; readonly rules: TagRules } | undefined
  return () => {
    const sdl = graph.supergraphSdl()
    if (known?.sdl !== sdl) known = { sdl, rules: readTagRules(sdl) }
    return known.rules
  }
}

/** Answers may depend on what subgraphs get of the client's headers, so it is a part of every key. */
function headersKeyOf(
  traffic: TrafficConfig,
): ((call: Pick<GraphCall, 'headers'>) => string) | undefined {
  if (!forwardsHeaders(traffic)) return undefined
  const subgraphs = [traffic.all, ...traffic.subgraphs.values()]
  const makers = subgraphs
    .map(({ headers }) => compileHeaderRules(headers))
    .filter((make) => make !== undefined)
  return ({ headers }) => JSON.stringify(makers.map((make) => make(headers)))
}

/** The names of the client's headers that any subgraph gets; `*` for those that fit a pattern. */
function forwardedHeaders({ all, subgraphs }: TrafficConfig): readonly string[] {
  const rules = [all, ...subgraphs.values()].flatMap(({ headers }) => headers)
  const names = rules.flatMap((rule) => {
    if ('forward' in rule) return [rule.forward]
    if ('baggage' in rule) return ['baggage']
    return 'forwardMatching' in rule ? ['*'] : []
  })
  return [...new Set(names)]
}

function createInvalidate(
  invalidations: Invalidations,
  pubsub: PubSub | undefined,
): (invalidation: Invalidation) => Promise<number> {
  return async (invalidation) => {
    const forgotten = invalidations.apply(invalidation)
    await pubsub?.publish(INVALIDATION_TOPIC, invalidation)
    return forgotten
  }
}

function hearInvalidations(invalidations: Invalidations, { config, pubsub, log }: CachingOptions) {
  if (!pubsub || (config.answerBytes === 0 && config.entityBytes === 0)) return undefined
  const hear = (message: unknown): void => {
    const invalidation = readInvalidation(message)
    if (invalidation) invalidations.apply(invalidation)
    else log.warn({ topic: INVALIDATION_TOPIC }, 'An invalidation could not be read.')
  }
  // What was told meanwhile nobody knows.
  const onGap = (): void => void invalidations.apply({ tags: [], all: true })
  return pubsub.subscribe(INVALIDATION_TOPIC, hear, { onGap })
}
