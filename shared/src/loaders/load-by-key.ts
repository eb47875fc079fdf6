import DataLoader from 'dataloader'

export interface LoadByKeyOptions {
  /** The most keys that one call of the batch function receives. Default 1000. */
  readonly maxBatchSize?: number
}

/** The most keys of one statement. */
export const defaultMaxBatchSize = 1000

/**
 * A loader of at most one row per key, for one request. The batch function may answer in any order and leave rows
 * out: `load(key)` resolves to the row, or to null when there is none. A failing batch rejects its keys' loads.
 *
 * `const users = loadByKey((ids) => reads.users.findByIds(ids), (user) => user.id)`
 */
export function loadByKey<Key extends string | number, Row>(
  loadRows: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
  options: LoadByKeyOptions = {},
): DataLoader<Key, Row | null> {
  return new DataLoader<Key, Row | null>(
    async (keys) => inOrderOf(keys, await loadRows(keys), keyOf),
    { maxBatchSize: options.maxBatchSize ?? defaultMaxBatchSize },
  )
}

/** The row of each key, or null where there is none. */
export function inOrderOf<Key extends string | number, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | null)[] {
  const known = new Map(rows.map((row) => [keyOf(row), row]))
  return keys.map((key) => known.get(key) ?? null)
}

/**
 * A loader of all rows of a key, such as the members of a room, for one request: `load(key)` resolves to the rows in
 * the order in which the batch function returned them, or to an empty list.
 */
export function loadGroupsByKey<Key extends string | number, Row>(
  loadRows: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
  options: LoadByKeyOptions = {},
): DataLoader<Key, readonly Row[]> {
  return new DataLoader<Key, readonly Row[]>(
    async (keys) => {
      const groups = Map.groupBy(await loadRows(keys), keyOf)
      return keys.map((key) => groups.get(key) ?? [])
    },
    { maxBatchSize: options.maxBatchSize ?? defaultMaxBatchSize },
  )
}
