import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import { GrowingLimit } from './growing-limit.ts'
import { type TooManyAttempts, tooManyAttempts } from './too-many-attempts.ts'

const rule = { points: 5, windowSeconds: 15 * 60 }

export type GuessedFactor = 'totp' | 'recovery-code'

/**
 * Counts failed codes per account: five in 15 minutes, then it waits longer and longer. Codes of an app and recovery
 * codes are counted apart, so that who guesses the one does not lock the other.
 */
export class SecondFactorAttempts {
  readonly #limits: Readonly<Record<GuessedFactor, GrowingLimit>>

  constructor(limits: RateLimits) {
    this.#limits = {
      totp: new GrowingLimit(limits, { name: 'auth.totp-by-account', ...rule }),
      'recovery-code': new GrowingLimit(limits, { name: 'auth.recovery-code-by-account', ...rule }),
    }
  }

  /** Counts an attempt; the problem when there were too many. */
  async take(factor: GuessedFactor, accountId: string): Promise<TooManyAttempts | undefined> {
    const refusal = await this.#limits[factor].refusal(accountId)
    return refusal && tooManyAttempts(refusal)
  }

  /** Forgets the failures of an account: one attempt was right, or its factors are gone. */
  forget(factor: GuessedFactor, accountId: string): Promise<void> {
    return this.#limits[factor].reset(accountId)
  }
}
