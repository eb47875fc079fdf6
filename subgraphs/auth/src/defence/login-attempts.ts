import { networkOf } from '@gravity/shared/rate-limit/network-of'
import type { RateLimitDecision, RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { AuthConfig } from '../config.ts'
import { GrowingLimit } from './growing-limit.ts'
import { type TooManyAttempts, tooManyAttempts } from './too-many-attempts.ts'

const windowSeconds = 15 * 60

/**
 * Counts failed proofs of a password per account and per client address. Every attempt takes a point before the password
 * is looked at, so that parallel guesses cannot slip through, and gets it back when it succeeds.
 */
export class LoginAttempts {
  readonly #byAccount: GrowingLimit
  readonly #byAddress: GrowingLimit

  constructor(
    limits: RateLimits,
    config: Pick<AuthConfig, 'failuresPerAccount' | 'failuresPerAddress'>,
  ) {
    this.#byAccount = new GrowingLimit(limits, {
      name: 'auth.login-by-account',
      points: config.failuresPerAccount,
      windowSeconds,
    })
    this.#byAddress = new GrowingLimit(limits, {
      name: 'auth.login-by-address',
      points: config.failuresPerAddress,
      windowSeconds,
    })
  }

  /** Counts an attempt; the problem when there were too many. */
  async take(email: string, clientAddress: string | null): Promise<TooManyAttempts | undefined> {
    const refusal = await this.#refusal(email, clientAddress)
    return refusal && tooManyAttempts(refusal)
  }

  /** An address that was refused takes no points from accounts: it could lock out anybody. */
  async #refusal(
    email: string,
    clientAddress: string | null,
  ): Promise<RateLimitDecision | undefined> {
    const byAddress =
      clientAddress === null ? undefined : await this.#byAddress.refusal(networkOf(clientAddress))
    return byAddress ?? this.#byAccount.refusal(email)
  }

  /** Takes back what a successful attempt counted, and forgets the account's failures. */
  async succeeded(email: string, clientAddress: string | null): Promise<void> {
    await this.forget(email)
    if (clientAddress !== null) await this.#byAddress.refund(networkOf(clientAddress))
  }

  /** Forgets an account's failures, for instance when its owner has proved who they are by mail. */
  forget(email: string): Promise<void> {
    return this.#byAccount.reset(email)
  }
}
