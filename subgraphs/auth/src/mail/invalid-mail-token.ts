export interface InvalidMailToken {
  readonly __typename: 'InvalidMailToken'
  readonly code: 'INVALID_MAIL_TOKEN'
  readonly message: string
}

export function invalidMailToken(): InvalidMailToken {
  return {
    __typename: 'InvalidMailToken',
    code: 'INVALID_MAIL_TOKEN',
    message: 'This link is unknown, was used before, or is too old. Ask for another mail.',
  }
}
