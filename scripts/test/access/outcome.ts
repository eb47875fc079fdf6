import type { GraphError } from '../person.ts'

/** What somebody got of a field; `declined` is another error, such as that there is nothing of that kind. */
export type Outcome = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'declined' | 'null' | 'answered' | 'broken'

export interface Answered {
  readonly data: Record<string, unknown> | null
  readonly errors?: readonly GraphError[]
}

/** Reads the outcome of the only field at a path of an answer. */
export function outcomeAt({ data, errors = [] }: Answered, path: readonly string[]): Outcome {
  const codes = errors.map(({ extensions }) => extensions.code)
  if (codes.includes('INTERNAL_SERVER_ERROR') || codes.includes('SUBGRAPH_UNAVAILABLE')) {
    return 'broken'
  }
  const refusal = codes.find((code) => code === 'UNAUTHENTICATED' || code === 'FORBIDDEN')
  if (refusal) return refusal
  const value = path.reduce<unknown>(
    (object, name) =>
      typeof object === 'object' && object !== null ? Reflect.get(object, name) : null,
    data,
  )
  if (errors.length > 0) return 'declined'
  return value === null ? 'null' : 'answered'
}

/** Whether it takes a relation to what is asked for. */
export function isRelation(cell: string): boolean {
  return !['yes', 'no', 'null'].includes(cell)
}

/** The outcomes that fit a cell where the question is about something of somebody else, who lets nobody see it. */
export function foreignExpected(cell: string, persona: string): readonly Outcome[] {
  if (isRelation(cell)) return ['null', 'declined', 'FORBIDDEN']
  return expectedOf(cell, { persona, mayBeRefused: false })
}

/** The outcomes that fit a cell where the question is about nobody's things, or about what is the person's own. */
export function expectedOf(
  cell: string,
  { persona, mayBeRefused }: { readonly persona: string; readonly mayBeRefused: boolean },
): readonly Outcome[] {
  const usable: readonly Outcome[] = ['answered', 'null', 'declined']
  if (cell === 'yes') return usable
  if (cell === 'null') return ['null']
  if (cell === 'no') return [persona === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN']
  // A relation: somebody without it may be refused, or is told that there is nothing.
  return mayBeRefused ? [...usable, 'FORBIDDEN'] : usable
}
