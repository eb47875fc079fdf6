/** A result of a mutation as the operations of this package select it. */
export interface MutationOutcome {
  readonly __typename: string
}

/** An outcome that the user can act on, thrown by `takeSuccess` for callers that have no better use for it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  /** The problem's type in the graph, such as `InvalidInput`. */
  readonly typename: string
  /** The problem's own code, such as `INVALID_INPUT`. */
  readonly code: string
  /** The input field that was refused, when the problem is about one. */
  readonly field: string | undefined

  constructor(problem: MutationOutcome) {
    super(textMember(problem, 'message') ?? `The result is ${problem.__typename}.`)
    this.typename = problem.__typename
    this.code = textMember(problem, 'code') ?? problem.__typename
    this.field = textMember(problem, 'field')
  }
}

/**
 * The success member of a mutation's result; every other member is thrown as a `ProblemError`.
 *
 * @example
 * const { createRoom } = await client.execute(CreateRoomDocument, { input: { name: 'Tea' } })
 * const room = takeSuccess(createRoom, 'Room')
 */
export function takeSuccess<Result extends MutationOutcome, Name extends Result['__typename']>(
  result: Result,
  success: Name,
): Extract<Result, { readonly __typename: Name }> {
  if (isNamed(result, success)) return result
  throw new ProblemError(result)
}

function isNamed<Result extends MutationOutcome, Name extends string>(
  result: Result,
  name: Name,
): result is Extract<Result, { readonly __typename: Name }> {
  return result.__typename === name
}

function textMember(value: object, key: string): string | undefined {
  const member: unknown = Reflect.get(value, key)
  return typeof member === 'string' ? member : undefined
}
