import { LRUCache } from 'lru-cache'
import type { GraphRequest, RequestRefusal } from '../graph.ts'
import { type Generation, Operation } from './operation.ts'
import { type ParseOptions, parseRequest } from './parse-request.ts'

export interface OperationCacheOptions extends ParseOptions {
  /** How many documents are kept; 2,000 by default. */
  readonly maximumOperations?: number
  /** Total length of the kept documents; 32 million characters by default. */
  readonly maximumCharacters?: number
}

type Prepared = Operation | RequestRefusal
type RequestKey = Pick<GraphRequest, 'query' | 'operationName'>

interface Entry {
  readonly request: RequestKey
  readonly prepared: Promise<Prepared>
}

/** The prepared operations of one generation. */
export interface OperationCache {
  /** Prepares a request, once for all that ask at the same time. Refusals are kept too: they cost as much to find. */
  prepare(request: RequestKey): Promise<Prepared>
  /** The requests that were asked for last, the latest first. */
  recent(count: number): RequestKey[]
}

const defaults = { maximumOperations: 2_000, maximumCharacters: 32_000_000 }

/** Opens an empty cache; the least recently used documents make room for new ones. */
export function createOperationCache(
  generation: Generation,
  options: OperationCacheOptions,
): OperationCache {
  const { maximumOperations, maximumCharacters } = { ...defaults, ...options }
  const entries = new LRUCache<string, Entry>({
    max: maximumOperations,
    maxSize: maximumCharacters,
    sizeCalculation: ({ request }) => request.query.length + 1,
  })
  return {
    prepare(request) {
      const key = keyOf(request)
      const known = entries.get(key)
      if (known) return known.prepared
      const prepared = prepare(request, generation, options)
      entries.set(key, { request, prepared })
      prepared.catch(() => entries.delete(key))
      return prepared
    },
    recent: (count) =>
      entries
        .values()
        .take(count)
        .map((entry) => entry.request)
        .toArray(),
  }
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
