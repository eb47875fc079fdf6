import { networkOf } from '@gravity/shared/rate-limit/network-of'
import type {
  RateLimit,
  RateLimitDecision,
  RateLimits,
} from '@gravity/shared/rate-limit/rate-limit'
import type { AuthConfig } from '../config.ts'

export interface TooManyAttempts {
  readonly __typename: 'TooManyAttempts'
  readonly code: 'TOO_MANY_ATTEMPTS'
  readonly message: string
  readonly retryAfterSeconds: number
}

const windowSeconds = 15 * 60

/**
 * Counts failed logins per account and per client address. Every attempt takes a point before the password is looked
 * at, so that parallel guesses cannot slip through, and gets it back when it succeeds.
 */
export class LoginAttempts {
  readonly #byAccount: RateLimit
  readonly #byAddress: RateLimit

  constructor(
    limits: RateLimits,
    config: Pick<AuthConfig, 'failuresPerAccount' | 'failuresPerAddress'>,
  ) {
    this.#byAccount = limits.define({
      name: 'auth.login-by-account',
      points: config.failuresPerAccount,
      windowSeconds,
    })
    this.#byAddress = limits.define({
      name: 'auth.login-by-address',
      points: config.failuresPerAddress,
      windowSeconds,
    })
  }

  /** Counts an attempt; the problem when there were too many. */
  async take(email: string, clientAddress: string | null): Promise<TooManyAttempts | undefined> {
    const refusal = await this.#refusal(email, clientAddress)
    if (!refusal) return undefined
    const retryAfterSeconds = Math.ceil(refusal.retryAfterSeconds)
    return {
      __typename: 'TooManyAttempts',
      code: 'TOO_MANY_ATTEMPTS',
      message: `Too many failed attempts to sign in. Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
      retryAfterSeconds,
    }
  }

  /** An address that was refused takes no points from accounts: it could lock out anybody. */
  async #refusal(
    email: string,
    clientAddress: string | null,
  ): Promise<RateLimitDecision | undefined> {
    if (clientAddress !== null) {
      const byAddress = await this.#byAddress.consume(networkOf(clientAddress))
      if (!byAddress.allowed) return byAddress
    }
    const byAccount = await this.#byAccount.consume(email)
    return byAccount.allowed ? undefined : byAccount
  }

  /** Takes back what a successful attempt counted, and forgets the account's failures. */
  async succeeded(email: string, clientAddress: string | null): Promise<void> {
    await this.#byAccount.reset(email)
    if (clientAddress !== null) await this.#byAddress.refund(networkOf(clientAddress))
  }
}
