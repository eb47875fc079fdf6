import { GravityError } from '../errors/gravity-error.ts'
import type { CursorCodec } from './cursor.ts'

/** The arguments of a Relay connection field, as they come from GraphQL. */
export interface PageArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

export interface PageSizes {
  /** The size when the caller names none. Default 20. */
  readonly size?: number
  /** The largest size that may be asked for. Default 100. */
  readonly maximum?: number
}

export interface PageOptions<Key> extends PageSizes {
  readonly cursor: CursorCodec<Key>
}

/** Which rows a caller asked for. */
export interface Page<Key> {
  /** `forward` reads onwards from the start or from `from`; `backward` reads back from the end or from `from`. */
  readonly direction: 'forward' | 'backward'
  /** The sort key of the row next to the page, itself excluded; null at the list's start or end. */
  readonly from: Key | null
  readonly size: number
  /** How many rows to read: one more than the page holds, to learn whether the list goes on. */
  readonly limit: number
  readonly cursor: CursorCodec<Key>
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

export interface Edge<Node> {
  readonly cursor: string
  readonly node: Node
}

export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[]
  readonly nodes: readonly Node[]
  readonly pageInfo: PageInfo
}

const defaultSize = 20
const defaultMaximum = 100

function readSize(name: 'first' | 'last', value: number | null, options: PageSizes) {
  const { maximum = defaultMaximum, size = Math.min(defaultSize, maximum) } = options
  if (value === null) return size
  if (!Number.isInteger(value) || value < 1 || value > maximum) {
    throw new GravityError(
      'BAD_USER_INPUT',
      `\`${name}\` must be from 1 to ${maximum}, not ${value}`,
    )
  }
  return value
}

/**
 * Reads `first`/`after` (forward, the default) or `last`/`before` (backward). Throws GravityError BAD_USER_INPUT when
 * the two are mixed, a size is outside 1 to the maximum, or a cursor is not one of the list.
 */
export function readPage<Key>(args: PageArguments, options: PageOptions<Key>): Page<Key> {
  const { first = null, after = null, last = null, before = null } = args
  const backward = last !== null || before !== null
  if (backward && (first !== null || after !== null)) {
    throw new GravityError(
      'BAD_USER_INPUT',
      'Use `first` and `after`, or `last` and `before`, not both',
    )
  }
  const size = backward ? readSize('last', last, options) : readSize('first', first, options)
  const edge = backward ? before : after
  return {
    direction: backward ? 'backward' : 'forward',
    from: edge === null ? null : options.cursor.decode(edge),
    size,
    limit: size + 1,
    cursor: options.cursor,
  }
}

/**
 * Builds the connection of a page from the rows that were read for it: up to `page.limit` of them, starting with the
 * row next to `page.from`, so a backward page comes in reverse. Edges are always in the list's own order. Whether the
 * list goes on at the far end is known from the extra row; at the near end it is assumed to when `from` was given.
 */
export function toConnection<Row, Key>(
  rows: readonly Row[],
  page: Page<Key>,
  keyOf: (row: Row) => Key,
): Connection<Row> {
  const goesOn = rows.length > page.size
  const nodes = rows.slice(0, page.size)
  if (page.direction === 'backward') nodes.reverse()
  const cursorOf = (row: Row): string => page.cursor.encode(keyOf(row))
  const edges = nodes.map((node) => new PageEdge(node, cursorOf))
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: page.direction === 'forward' ? goesOn : page.from !== null,
      hasPreviousPage: page.direction === 'backward' ? goesOn : page.from !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** Most pages are read by their nodes, without a cursor for each. */
class PageEdge<Node> implements Edge<Node> {
  readonly node: Node
  readonly #cursorOf: (node: Node) => string

  constructor(node: Node, cursorOf: (node: Node) => string) {
    this.node = node
    this.#cursorOf = cursorOf
  }

  get cursor(): string {
    return this.#cursorOf(this.node)
  }
}
