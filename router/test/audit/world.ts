/**
 * Terminology
 * - World: what all subgraphs of a suite know together.
 * - Row: an object of the world with the values of its fields, whichever subgraph answers them.
 */

/** Of a row, or of a field; a function is called with the field's arguments. */
export interface Row {
  /** Needed where a field's type does not say it, and for entities. */
  readonly __typename?: string
  readonly [field: string]: unknown
}

export type Arguments = Readonly<Record<string, unknown>>

/** What a subgraph has at hand when it computes a field. */
export interface Source {
  readonly row: Row
  /** The representation that the router sent, when the object was found by one. */
  readonly given: Row
}

/** Computes a field of a subgraph; for what is not simply in the row. */
export type Compute = (args: Arguments, source: Source) => unknown

export interface World {
  /** The entities, for finding them by their keys. */
  readonly rows: readonly Row[]
  /** By subgraph and `Type.field`. A value that is not a function is the field's value for every row. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Fields (`Type.field`) that a subgraph has in its SDL and answers only where it provides them. */
  readonly withheld?: Readonly<Record<string, readonly string[]>>
  /** Entities that a subgraph has never heard of. */
  readonly absent?: Readonly<Record<string, readonly Row[]>>
}

/** A row of a type. */
export function row(typename: string, fields: object): Row {
  return { __typename: typename, ...fields }
}

/** The row of an id; null when there is none. */
export function byId(rows: readonly Row[]): (args: Arguments) => Row | null {
  return ({ id }) => rows.find((candidate) => candidate['id'] === id) ?? null
}
