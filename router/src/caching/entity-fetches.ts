import type { CachePolicy } from '@gravity/shared/cache/cache-policy'
import { LRUCache } from 'lru-cache'
import type {
  SubgraphCall,
  SubgraphClient,
  SubgraphOperation,
  SubgraphRequest,
  SubgraphResponse,
} from '../subgraphs/subgraph-client.ts'
import { collectEntityTags } from './collect-tags.ts'
import { bytesOf, copyObject } from './copy-value.ts'
import { type EntityList, entityListsOf } from './entity-lists.ts'
import { type Entity, EntityRequest, entitiesIn, type KeptEntity } from './entity-request.ts'
import type { Freshness } from './freshness.ts'
import type { Invalidations } from './invalidations.ts'
import type { TagRules } from './tag-rules.ts'
import type { TaggedCache } from './tagged-cache.ts'
import { viewerKey } from './viewer-key.ts'

export interface EntityFetchesOptions {
  /** The subgraph's name. */
  readonly name: string
  readonly client: SubgraphClient
  /** Where entities are kept; undefined to keep none. */
  readonly entities: TaggedCache<Entity> | undefined
  readonly invalidations: Invalidations
  /** Of the supergraph that is being served. */
  readonly rules: () => TagRules
  /** What of the client's headers reaches subgraphs, as text; undefined when nothing does. */
  readonly headersKey: ((call: SubgraphCall) => string) | undefined
  /** In milliseconds. */
  readonly now: () => number
}

/** A fetch of entities for somebody who wants to know how fresh they are. */
export interface EntityFetch {
  readonly request: SubgraphRequest
  readonly call: SubgraphCall
  readonly freshness: Freshness
}

/** Undefined when nothing can be kept of the list for this viewer. */
type KeyOf = (list: EntityList, representation: string) => string | undefined

/** Of how many different selections it is known whether their entities may be kept. */
const knownSelections = 10_000

/** For how long, and for whom, a response may be kept. */
export function policyOf({ errors, cachePolicy }: SubgraphResponse): CachePolicy | undefined {
  return errors.length === 0 ? cachePolicy : undefined
}

/** Fetches entities of one subgraph, except those that are kept. */
export class EntityFetches {
  readonly #options: EntityFetchesOptions
  readonly #lists = new WeakMap<SubgraphOperation, readonly EntityList[]>()
  /** For whom the entities of a selection may be kept, as the last answer said; nothing else is looked for. */
  readonly #scopes = new LRUCache<string, CachePolicy['scope']>({ max: knownSelections })

  constructor(options: EntityFetchesOptions) {
    this.#options = options
  }

  async send(fetch: EntityFetch): Promise<SubgraphResponse> {
    const { request, freshness } = fetch
    if (this.#scopes.size === 0) return this.#fetch(fetch)
    const lists = this.#listsOf(request.operation)
    const keyOf = this.#keysFor(fetch)
    const viewerId = fetch.call.identity.viewer?.userId ?? null
    const asked = new EntityRequest(request, lists, (list, representation) =>
      this.#find(keyOf(list, representation), viewerId),
    )
    const { known } = asked
    if (this.#options.entities) this.#options.entities.counts.hits += known.length
    if (known.length === 0) return this.#fetch(fetch)
    for (const { expiresAt, tags, value } of known) {
      freshness.restrict({ maxAge: this.#secondsUntil(expiresAt), scope: value.scope })
      if (value.audience) freshness.audience.add(value.audience)
      for (const tag of tags) freshness.tags.add(tag)
    }
    if (asked.isComplete) return asked.complete()
    return asked.complete(await this.#fetch({ ...fetch, request: asked.rest() }))
  }

  async #fetch(fetch: EntityFetch): Promise<SubgraphResponse> {
    const { request, call, freshness } = fetch
    const { client, invalidations, now } = this.#options
    const since = invalidations.sequence
    const storedAt = now()
    const response = await client.send(request, call)
    const policy = policyOf(response)
    freshness.restrict(policy)
    if (response.audience) freshness.audience.add(response.audience)
    if (policy) this.#keep(fetch, { response, policy, since, storedAt })
    return response
  }

  #keep(fetch: EntityFetch, { response, policy, since, storedAt }: FetchedEntities): void {
    const { entities, invalidations } = this.#options
    const { scope, maxAge } = policy
    const rules = this.#options.rules()
    const lists = this.#listsOf(fetch.request.operation)
    for (const { selection } of lists) this.#scopes.set(selection, scope)
    const keyOf = this.#keysFor(fetch)
    const audience = response.audience?.isEverybody ? undefined : response.audience
    const isForOthers = audience?.includes(fetch.call.identity.viewer?.userId ?? null) ?? true
    const expiresAt = storedAt + maxAge * 1_000
    for (const found of entitiesIn(fetch.request, lists, response)) {
      const tags = new Set<string>()
      collectEntityTags(found, { rules, tags })
      for (const tag of tags) fetch.freshness.tags.add(tag)
      const key = keyOf(found.list, found.representation)
      if (!entities || key === undefined) continue
      entities.counts.misses += 1
      if (!isForOthers) continue
      if (invalidations.hitSince(tags, since)) continue
      // The answer itself goes to somebody who may change it.
      const entity = copyObject(found.entity)
      const value = { entity, scope, audience }
      entities.set(key, { value, bytes: bytesOf(entity), storedAt, expiresAt, tags })
    }
  }

  #find(key: string | undefined, viewerId: string | null): KeptEntity | undefined {
    const kept = key === undefined ? undefined : this.#options.entities?.get(key)
    if (!kept || this.#secondsUntil(kept.expiresAt) < 1) return undefined
    return kept.value.audience?.includes(viewerId) === false ? undefined : kept
  }

  #secondsUntil(time: number): number {
    return Math.floor((time - this.#options.now()) / 1_000)
  }

  #keysFor({ request, call }: EntityFetch): KeyOf {
    const prefixes = new Map<EntityList, string | undefined>()
    return (list, representation) => {
      if (!prefixes.has(list)) prefixes.set(list, this.#prefixFor(list, request, call))
      const prefix = prefixes.get(list)
      return prefix === undefined ? undefined : prefix + representation
    }
  }

  #prefixFor(
    { selection, valuesText }: EntityList,
    { variables }: SubgraphRequest,
    call: SubgraphCall,
  ): string | undefined {
    const scope = this.#scopes.get(selection)
    const owner = scope === 'PRIVATE' ? viewerKey(call.identity.viewer) : ''
    if (scope === undefined || owner === undefined) return undefined
    const headers = this.#options.headersKey?.(call) ?? ''
    return `${selection}${valuesText(variables)} ${owner}${headers} `
  }

  #listsOf(operation: SubgraphOperation): readonly EntityList[] {
    const known = this.#lists.get(operation)
    if (known) return known
    const lists = entityListsOf(operation, this.#options.name)
    this.#lists.set(operation, lists)
    return lists
  }
}

interface FetchedEntities {
  readonly response: SubgraphResponse
  readonly policy: CachePolicy
  /** The invalidation that was the last when they were asked for. */
  readonly since: number
  readonly storedAt: number
}
