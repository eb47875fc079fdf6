import DataLoader from 'dataloader'
import { GravityError } from '../errors/gravity-error.ts'
import { createStatementTeller } from '../telemetry/statement-count.ts'
import { defaultMaxBatchSize } from './load-by-key.ts'

export interface JoinOptions<Key, Value> {
  /** One statement for all these keys, none of which comes twice; resolves to their values in the order of the keys. */
  readonly read: (keys: readonly Key[]) => Promise<readonly Value[]>
  /** Keys of the same text are the same. */
  readonly textOf: (key: Key) => string
  /** The most keys of one statement. Default 1000. */
  readonly maxBatchSize?: number
}

/** The values of some keys, in their order; what it resolves to must not be changed. */
export type JoinedRead<Key, Value> = (keys: readonly Key[]) => Promise<readonly Value[]>

/**
 * Reads by key for the whole process: what all requests ask for within one turn of the event loop becomes one statement.
 * The busier the process, the less each request costs the database and the process; one that comes alone waits for the
 * end of the turn and no longer. Nothing is kept: every read is answered by a statement that began after it.
 *
 * Requests that ask for the same key in one turn get the same value. A statement that is refused is repeated for every
 * key alone, so that one request's mistake is not another's; while the database is away all reject. Operations count the
 * statement that they share as one of theirs.
 */
export function joinRequests<Key, Value>(options: JoinOptions<Key, Value>): JoinedRead<Key, Value> {
  const tellStatement = createStatementTeller()
  let isWaiting = false
  const loader = new DataLoader<Key, Value>((keys) => readBatch(keys, options), {
    cache: false,
    maxBatchSize: options.maxBatchSize ?? defaultMaxBatchSize,
    batchScheduleFn(send) {
      setImmediate(() => {
        isWaiting = false
        send()
      })
    },
  })
  return (keys) => {
    if (keys.length === 0) return Promise.resolve([])
    // Whoever came first sends it.
    if (isWaiting) tellStatement()
    isWaiting = true
    return Promise.all(keys.map((key) => loader.load(key)))
  }
}

async function readBatch<Key, Value>(
  keys: readonly Key[],
  { read, textOf }: JoinOptions<Key, Value>,
): Promise<(Value | Error)[]> {
  const distinct = new Map<string, Key>()
  const texts = keys.map(textOf)
  for (const [index, key] of keys.entries()) distinct.set(texts[index] ?? '', key)
  const values = await readOrEach([...distinct.values()], read)
  const known = new Map([...distinct.keys()].map((text, index) => [text, values[index]]))
  return texts.map((text) => known.get(text) as Value | Error)
}

async function readOrEach<Key, Value>(
  keys: readonly Key[],
  read: JoinOptions<Key, Value>['read'],
): Promise<readonly (Value | Error)[]> {
  try {
    return await read(keys)
  } catch (error) {
    // One with a code, such as that the database is away, would be the same for each.
    if (keys.length === 1 || error instanceof GravityError) throw error
    const alone = await Promise.allSettled(keys.map((key) => read([key])))
    return alone.map((outcome) =>
      outcome.status === 'fulfilled' ? (outcome.value[0] as Value) : asError(outcome.reason),
    )
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason), { cause: reason })
}
