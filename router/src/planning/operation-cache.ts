import { LRUCache } from 'lru-cache'
import type { GraphRequest, RequestRefusal } from '../graph.ts'
import { type Generation, Operation } from './operation.ts'
import { type ParseOptions, parseRequest } from './parse-request.ts'
import type { PlanCacheCounts } from './preparation.ts'
import type { RememberedOperation } from './remembered-operation.ts'

export interface OperationCacheOptions extends ParseOptions {
  /** How many documents are kept; 2,000 by default. */
  readonly maximumOperations?: number
  /** Total length of the kept documents; 32 million characters by default. */
  readonly maximumCharacters?: number
  /** Counts the requests whose operation was known, and those whose was not. */
  readonly planCache?: PlanCacheCounts | undefined
}

type Prepared = Operation | RequestRefusal
type RequestKey = Pick<GraphRequest, 'query' | 'operationName'>

interface Entry {
  readonly request: RequestKey
  readonly prepared: Promise<Prepared>
  /** When it has been prepared, and was not refused. */
  operation?: Operation
}

/** The prepared operations of one generation. */
export interface OperationCache {
  /** Prepares a request, once for all that ask at the same time. Refusals are kept too: they cost as much to find. */
  prepare(request: RequestKey): Promise<Prepared>
  /** Prepares what was asked for before, with its variants. Rejects for a variant that cannot be planned. */
  prepareAgain(remembered: RememberedOperation): Promise<void>
  /** The operations that were asked for last, the latest first; none that were refused. */
  recent(count: number): RememberedOperation[]
  /** The same without documents that have texts written into them, which may be somebody's secrets. */
  recentWithoutTexts(count: number): RememberedOperation[]
}

const defaults = { maximumOperations: 2_000, maximumCharacters: 32_000_000 }

/** Opens an empty cache; the least recently used documents make room for new ones. */
export function createOperationCache(
  generation: Generation,
  options: OperationCacheOptions,
): OperationCache {
  const { maximumOperations, maximumCharacters } = { ...defaults, ...options }
  const { planCache = { hits: 0, misses: 0 } } = options
  const entries = new LRUCache<string, Entry>({
    max: maximumOperations,
    maxSize: maximumCharacters,
    sizeCalculation: ({ request }) => request.query.length + 1,
  })
  const find = (request: RequestKey): Promise<Prepared> => {
    const key = keyOf(request)
    const known = entries.get(key)
    if (known) return known.prepared
    const prepared = prepare(request, generation, options)
    const entry: Entry = { request, prepared }
    entries.set(key, entry)
    prepared.then(
      (operation) => {
        if (operation instanceof Operation) entry.operation = operation
      },
      () => entries.delete(key),
    )
    return prepared
  }
  const recent = (
    count: number,
    isWanted: (operation: Operation) => boolean,
  ): RememberedOperation[] =>
    entries
      .values()
      .flatMap(({ request, operation }) =>
        operation && isWanted(operation) ? [remember(request, operation)] : [],
      )
      .take(count)
      .toArray()
  return {
    prepare(request) {
      const known = entries.get(keyOf(request))
      if (known) {
        planCache.hits += 1
        return known.prepared
      }
      planCache.misses += 1
      return find(request)
    },
    async prepareAgain({ query, operationName, variants }) {
      const prepared = await find({ query, operationName })
      if (!(prepared instanceof Operation)) return
      for (const recipe of variants) await prepared.compileAgain(recipe)
    },
    recent: (count) => recent(count, () => true),
    recentWithoutTexts: (count) => recent(count, (operation) => !operation.holdsTexts),
  }
}

function remember({ query, operationName }: RequestKey, operation: Operation): RememberedOperation {
  const variants = operation.recipes
  return { query, variants, ...(operationName !== undefined && { operationName }) }
}

/** Two different requests must never share a key: otherwise one client's refusal would be everybody's answer. */
function keyOf({ query, operationName }: RequestKey): string {
  return operationName === undefined
    ? `anonymous ${query}`
    : `${operationName.length} ${operationName}${query}`
}

async function prepare(
  { query, operationName }: RequestKey,
  generation: Generation,
  options: ParseOptions,
): Promise<Prepared> {
  const parsed = parseRequest({ query, operationName }, generation.supergraph.apiSchema, options)
  if ('errors' in parsed) return parsed
  const operation = new Operation(parsed, generation)
  // Otherwise it is planned when its viewer and variables are known: strangers may be refused most of it.
  if (operation.hasOnePlan) await operation.compiledFor(null, {}).catch(() => undefined)
  return operation
}
