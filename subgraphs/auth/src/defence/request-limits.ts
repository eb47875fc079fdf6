import { networkOf } from '@gravity/shared/rate-limit/network-of'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { AuthConfig } from '../config.ts'
import { GrowingLimit } from './growing-limit.ts'
import { type TooManyAttempts, tooManyAttempts } from './too-many-attempts.ts'

const windowSeconds = 15 * 60

/** Limits for what anybody may ask without proof: registrations, mails to an address, and guesses at tokens. */
export class RequestLimits {
  readonly #registrations: GrowingLimit
  readonly #mailsByRecipient: GrowingLimit
  readonly #mailsByAddress: GrowingLimit
  readonly #tokens: GrowingLimit
  readonly #challenges: GrowingLimit

  constructor(
    limits: RateLimits,
    config: Pick<AuthConfig, 'registrationsPerAddress' | 'mailsPerRecipient'>,
  ) {
    const define = (name: string, points: number) =>
      new GrowingLimit(limits, { name, points, windowSeconds })
    this.#registrations = define('auth.registration-by-address', config.registrationsPerAddress)
    this.#mailsByRecipient = define('auth.mail-by-recipient', config.mailsPerRecipient)
    this.#mailsByAddress = define('auth.mail-by-address', config.mailsPerRecipient * 10)
    this.#tokens = define('auth.mail-token-by-address', 100)
    // Every page with a login asks for one, so an office behind one address asks for many.
    this.#challenges = define('auth.challenge-by-address', 1_000)
  }

  takeRegistration(clientAddress: string | null): Promise<TooManyAttempts | undefined> {
    return takeFor(this.#registrations, clientAddress)
  }

  /** Counts by the recipient whether or not there is an account, so that the answer tells nothing. */
  async takeMail(
    recipient: string,
    clientAddress: string | null,
  ): Promise<TooManyAttempts | undefined> {
    const byAddress = await takeFor(this.#mailsByAddress, clientAddress)
    if (byAddress) return byAddress
    const refusal = await this.#mailsByRecipient.refusal(recipient)
    return refusal && tooManyAttempts(refusal)
  }

  takeToken(clientAddress: string | null): Promise<TooManyAttempts | undefined> {
    return takeFor(this.#tokens, clientAddress)
  }

  takeChallenge(clientAddress: string | null): Promise<TooManyAttempts | undefined> {
    return takeFor(this.#challenges, clientAddress)
  }
}

async function takeFor(
  limit: GrowingLimit,
  clientAddress: string | null,
): Promise<TooManyAttempts | undefined> {
  if (clientAddress === null) return undefined
  const refusal = await limit.refusal(networkOf(clientAddress))
  return refusal && tooManyAttempts(refusal)
}
