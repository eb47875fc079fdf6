/** The problem type for an input value outside what is allowed; `type InvalidInput` of the shared SDL. */
export interface InvalidInput {
  readonly __typename: 'InvalidInput'
  readonly code: 'INVALID_INPUT'
  /** Says what would be right. */
  readonly message: string
  /** The name of the input field. */
  readonly field: string
}

export function invalidInput(field: string, message: string): InvalidInput {
  return { __typename: 'InvalidInput', code: 'INVALID_INPUT', message, field }
}
