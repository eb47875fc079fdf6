import type {
  RateLimit,
  RateLimitDecision,
  RateLimits,
} from '@gravity/shared/rate-limit/rate-limit'

export interface GrowingLimitRule {
  readonly name: string
  readonly points: number
  readonly windowSeconds: number
}

/** Rounds of attempts and the multiple of the window in which they may happen: after each the wait is longer. */
const rounds = [
  { rounds: 1, windows: 1 },
  { rounds: 2, windows: 4 },
  { rounds: 4, windows: 16 },
]

/** A limit whose wait grows for whoever keeps trying: some 15 minutes, then an hour, then four. */
export class GrowingLimit {
  readonly #tiers: readonly RateLimit[]

  constructor(limits: RateLimits, { name, points, windowSeconds }: GrowingLimitRule) {
    this.#tiers = rounds.map((tier) =>
      limits.define({
        name: tier.rounds === 1 ? name : `${name}-round-${tier.rounds}`,
        points: points * tier.rounds,
        windowSeconds: windowSeconds * tier.windows,
      }),
    )
  }

  /** Counts an attempt; the refusal when there were too many. A refused attempt does not count in the longer windows. */
  async refusal(key: string): Promise<RateLimitDecision | undefined> {
    for (const tier of this.#tiers) {
      const decision = await tier.consume(key)
      if (!decision.allowed) return decision
    }
    return undefined
  }

  /** Gives back what one attempt took. */
  async refund(key: string): Promise<void> {
    for (const tier of this.#tiers) await tier.refund(key)
  }

  async reset(key: string): Promise<void> {
    for (const tier of this.#tiers) await tier.reset(key)
  }
}
