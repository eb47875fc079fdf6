import type { CachePolicy } from '@gravity/shared/cache/cache-policy'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { OperationTypeNode } from 'graphql'
import type { Graph, GraphCall, GraphResult, PreparedOperation } from '../graph.ts'
import type { Flights, OperationFlights } from './flights.ts'
import { Freshness } from './freshness.ts'
import type { Invalidations } from './invalidations.ts'
import { KeptAnswer } from './kept-answer.ts'
import type { TaggedCache } from './tagged-cache.ts'
import { viewerKey } from './viewer-key.ts'

export interface CachingGraphOptions {
  readonly graph: Graph
  /** Where answers are kept; undefined to keep none. */
  readonly answers: TaggedCache<KeptAnswer> | undefined
  /** Whether entities are kept, which is only done for calls that ask about their freshness. */
  readonly keepsEntities: boolean
  readonly flights: Flights
  readonly invalidations: Invalidations
  /** What of the client's headers reaches subgraphs, as text; undefined when nothing does. */
  readonly headersKey: ((call: GraphCall) => string) | undefined
  /** Their names; `*` among them when patterns say what is forwarded. */
  readonly forwarded: readonly string[]
  /** In milliseconds since the epoch. */
  readonly now: () => number
}

/** What is known of an operation from its answers so far. */
interface KnownOperation {
  readonly id: number
  readonly flights: OperationFlights
  /** Whether no access rule protects any of it. */
  readonly isOpen: boolean
  /** For whom its answers may be kept; undefined as long as none might be, so that nothing is looked for. */
  scope: CachePolicy['scope'] | undefined
}

/**
 * A graph that answers queries from what it keeps, and executes equal ones that are under way at the same time once.
 * Only whole answers without errors are kept, for as long as every subgraph that took part allows.
 */
export function createCachingGraph(options: CachingGraphOptions): Graph {
  const { graph, flights } = options
  const queries = new CachedQueries(options)
  const changing = <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    const ended = (): void => flights.startAnew()
    answer.then(ended, ended)
    return answer
  }
  return {
    ...graph,
    execute(operation, call) {
      if (operation.kind === OperationTypeNode.QUERY) return queries.execute(operation, call)
      return changing(graph.execute(operation, call))
    },
    executeInParts(operation, call) {
      const answer = graph.executeInParts(operation, call)
      return operation.kind === OperationTypeNode.QUERY ? answer : changing(answer)
    },
  }
}

class CachedQueries {
  readonly #options: CachingGraphOptions
  readonly #operations = new WeakMap<PreparedOperation, KnownOperation>()
  #lastId = 0

  constructor(options: CachingGraphOptions) {
    this.#options = options
  }

  execute(operation: PreparedOperation, call: GraphCall): Promise<GraphResult> {
    const { answers, flights } = this.#options
    const known = this.#knownOperation(operation)
    const key = known.scope && answers ? this.#keyFor(known, operation, call) : undefined
    const entry = key === undefined ? undefined : answers?.get(key)
    const viewerId = call.identity.viewer?.userId ?? null
    if (answers && entry && entry.value.audience?.includes(viewerId) !== false) {
      answers.counts.hits += 1
      return Promise.resolve(entry.value.result)
    }
    return flights.run({
      flights: known.flights,
      call,
      isForAll: known.isOpen && known.scope === 'PUBLIC',
      start: () => this.#fetch(known, operation, call),
    })
  }

  async #fetch(
    known: KnownOperation,
    operation: PreparedOperation,
    call: GraphCall,
  ): Promise<GraphResult> {
    const { graph, answers, keepsEntities, invalidations, forwarded, now } = this.#options
    if (!answers && !keepsEntities) return graph.execute(operation, call)
    const freshness = new Freshness(invalidations.sequence)
    const storedAt = now()
    call.freshness = freshness
    const result = await graph.execute(operation, call)
    const policy = freshness.policy()
    if (!answers || !policy || result.refused || result.errors.length > 0) return result
    answers.counts.misses += 1
    if (invalidations.hitSince(freshness.tags, freshness.since)) return result
    const { isEverybody } = freshness.audience
    if (!freshness.audience.includes(call.identity.viewer?.userId ?? null)) return result
    known.scope = policy.scope
    const isForAll = known.isOpen && policy.scope === 'PUBLIC' && isEverybody
    const audience = isEverybody ? undefined : freshness.audience
    const { body } = result
    const answer = new KeptAnswer({ body, policy, isForAll, audience, forwarded, storedAt })
    const key = this.#keyFor(known, operation, call)
    if (key !== undefined) {
      answer.entry = answers.set(key, {
        value: answer,
        // As text, and compressed in a few ways.
        bytes: answer.body.length * 3,
        storedAt,
        expiresAt: storedAt + policy.maxAge * 1_000,
        tags: freshness.tags,
      })
    }
    return { ...result, kept: answer }
  }

  /** Undefined when nothing can be kept for this viewer. */
  #keyFor(
    { id, scope, isOpen }: KnownOperation,
    operation: PreparedOperation,
    call: GraphCall,
  ): string | undefined {
    const { viewer } = call.identity
    // Whoever is refused something gets an answer with errors, which is never kept; nobody gets another's instead.
    if (!isOpen && !isOpenTo(operation, viewer)) return undefined
    const owner = scope === 'PRIVATE' || !isOpen ? viewerKey(viewer) : ''
    if (owner === undefined) return undefined
    const variables = variablesText(call.variables)
    if (variables === undefined) return undefined
    const headers = this.#options.headersKey?.(call) ?? ''
    return `${id} ${owner}${headers} ${variables}`
  }

  #knownOperation(operation: PreparedOperation): KnownOperation {
    const known = this.#operations.get(operation)
    if (known) return known
    this.#lastId += 1
    const made: KnownOperation = {
      id: this.#lastId,
      flights: [],
      isOpen: isOpenTo(operation, null),
      scope: undefined,
    }
    this.#operations.set(operation, made)
    return made
  }
}

function isOpenTo(operation: PreparedOperation, viewer: Viewer | null): boolean {
  return operation.isOpenTo?.(viewer) ?? false
}

/** Undefined for what is nested so deeply that it cannot be written; whether it may be asked, others decide. */
function variablesText(variables: GraphCall['variables']): string | undefined {
  try {
    for (const _name in variables) return JSON.stringify(variables)
    return ''
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
