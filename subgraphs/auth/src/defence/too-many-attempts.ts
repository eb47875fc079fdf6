import type { RateLimitDecision } from '@gravity/shared/rate-limit/rate-limit'

export interface TooManyAttempts {
  readonly __typename: 'TooManyAttempts'
  readonly code: 'TOO_MANY_ATTEMPTS'
  readonly message: string
  readonly retryAfterSeconds: number
}

export function tooManyAttempts(refusal: RateLimitDecision): TooManyAttempts {
  const retryAfterSeconds = Math.ceil(refusal.retryAfterSeconds)
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return {
    __typename: 'TooManyAttempts',
    code: 'TOO_MANY_ATTEMPTS',
    message: `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    retryAfterSeconds,
  }
}
