export interface InvalidCode {
  readonly __typename: 'InvalidCode'
  readonly code: 'INVALID_CODE'
  readonly message: string
}

export interface InvalidPasskey {
  readonly __typename: 'InvalidPasskey'
  readonly code: 'INVALID_PASSKEY'
  readonly message: string
}

export interface ChallengeExpired {
  readonly __typename: 'ChallengeExpired'
  readonly code: 'CHALLENGE_EXPIRED'
  readonly message: string
}

export function invalidCode(
  message = 'This code is wrong, too old, or was used before. Wait for the next one.',
): InvalidCode {
  return { __typename: 'InvalidCode', code: 'INVALID_CODE', message }
}

export function invalidPasskey(): InvalidPasskey {
  return {
    __typename: 'InvalidPasskey',
    code: 'INVALID_PASSKEY',
    message:
      'This passkey is unknown here, or its answer is not right. Try again, or use another way.',
  }
}

export function challengeExpired(): ChallengeExpired {
  return {
    __typename: 'ChallengeExpired',
    code: 'CHALLENGE_EXPIRED',
    message: 'This took too long, or was done before. Begin again.',
  }
}
