import type { Page } from './connection.ts'

export interface KeysetOptions {
  /** The sort key's columns, most significant first and the last one unique; trusted text, never a client's. */
  readonly columns: readonly string[]
  /** The list's own order, in all columns. Default `asc`. */
  readonly order?: 'asc' | 'desc'
  /** How many parameters the statement has before these. Default 0. */
  readonly parametersBefore?: number
}

export interface KeysetSql {
  /** A condition for `where`; `true` on a first page. */
  readonly where: string
  /** What follows `order by`. */
  readonly orderBy: string
  /** The values of the placeholders in `where`. */
  readonly parameters: readonly unknown[]
}

/**
 * The SQL that reads a page by its sort key, never by offset: a row comparison that an index over the same columns
 * answers. Rows come nearest to `page.from` first, as `toConnection` expects.
 *
 * `const { where, orderBy, parameters } = keysetSql(page, { columns: ['created_at', 'id'], order: 'desc' })`
 */
export function keysetSql<Key extends readonly unknown[]>(
  page: Page<Key>,
  options: KeysetOptions,
): KeysetSql {
  const { columns, order = 'asc', parametersBefore = 0 } = options
  const ascending = (order === 'asc') === (page.direction === 'forward')
  const orderBy = columns.map((column) => `${column} ${ascending ? 'asc' : 'desc'}`).join(', ')
  if (page.from === null) return { where: 'true', orderBy, parameters: [] }
  const placeholders = columns.map((_, index) => `$${parametersBefore + index + 1}`)
  const where = `(${columns.join(', ')}) ${ascending ? '>' : '<'} (${placeholders.join(', ')})`
  return { where, orderBy, parameters: page.from }
}
