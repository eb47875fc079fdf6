import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { RateLimit, RateLimits } from '@gravity/shared/rate-limit/rate-limit'

const hour = 3_600

/** How often a person does in an hour what reaches people who have not asked for it, or tries doors. */
const rules = {
  'chat.direct-rooms': 300,
  'chat.invitations': 300,
  'chat.invite-link-tries': 120,
  'chat.reports': 60,
} as const satisfies Record<`chat.${string}`, number>

export type LimitedAct = keyof typeof rules

/** Rejects with RATE_LIMITED who does too much of something. */
export class RoomLimits {
  readonly #limits: ReadonlyMap<LimitedAct, RateLimit>

  constructor(rateLimits: RateLimits) {
    // The keys of an object literal are exactly its type's.
    const acts = Object.keys(rules) as LimitedAct[]
    this.#limits = new Map(
      acts.map((name) => [
        name,
        rateLimits.define({ name, points: rules[name], windowSeconds: hour }),
      ]),
    )
  }

  async spend(act: LimitedAct, userId: string): Promise<void> {
    const decision = await this.#limits.get(act)?.consume(userId)
    if (!decision || decision.allowed) return
    const { retryAfterSeconds } = decision
    const message = 'You have done this often in the last hour. Try again later.'
    throw new GravityError('RATE_LIMITED', message, { extensions: { retryAfterSeconds } })
  }
}
