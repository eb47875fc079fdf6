import { z } from 'zod'
import type { Cache } from '../cache/cache.ts'
import { GravityError } from '../errors/gravity-error.ts'
import type { PubSub, PubSubSubscribeOptions, PubSubSubscription } from '../pubsub/pubsub.ts'

/**
 * Terminology
 * - Denied session: one that was revoked while access tokens of it are still good. It stays denied until the last of
 *   them has expired; afterwards the session's row in the auth service is the only truth that is needed.
 * - Mirror: what this process has heard of denied sessions.
 *
 * When the cache cannot be reached, the mirror alone decides and a session that it does not know is let through: an
 * outage of Redis must not log everybody out. What that risks is bounded by the minutes that an access token lives,
 * because a refresh token is checked against the database.
 */
export interface SessionDenyList {
  /**
   * Denies a session everywhere for `ttlSeconds`, the longest that an access token of it may still live. Rejects with
   * GravityError SUBGRAPH_UNAVAILABLE when other processes may not learn of it; this process denies it all the same.
   * Call it again until it succeeds.
   */
  deny(sessionId: string, ttlSeconds: number): Promise<void>
  /** Never rejects. */
  isDenied(sessionId: string): Promise<boolean>
  /** Calls the listener with every session denied from now on. After a gap, ask `isDenied` for the open ones again. */
  onDenied(
    listener: (sessionId: string) => void,
    options?: PubSubSubscribeOptions,
  ): Promise<PubSubSubscription>
  /** Stops hearing of denied sessions. */
  close(): Promise<void>
}

export interface SessionDenyListOptions {
  readonly cache: Cache
  readonly pubsub: PubSub
  readonly now?: () => Date
}

const topic = 'gravity.session-denied'
const messageShape = z.object({ sessionId: z.string(), ttlSeconds: z.number().positive() })

/** One list for all processes that share the cache and the pub/sub. */
export function createSessionDenyList(options: SessionDenyListOptions): SessionDenyList {
  return new MirroredDenyList(options)
}

class MirroredDenyList implements SessionDenyList {
  readonly #cache: Cache
  readonly #pubsub: PubSub
  readonly #now: () => Date
  /** By session id: until when it is denied, in milliseconds since the epoch. */
  readonly #mirror = new Map<string, number>()
  #hearing: Promise<PubSubSubscription> | undefined
  #nextPruneMs = 0

  constructor({ cache, pubsub, now = () => new Date() }: SessionDenyListOptions) {
    this.#cache = cache
    this.#pubsub = pubsub
    this.#now = now
  }

  async deny(sessionId: string, ttlSeconds: number): Promise<void> {
    this.#remember(sessionId, ttlSeconds)
    const stored = await this.#cache.set(keyOf(sessionId), true, { ttlSeconds })
    await this.#pubsub.publish(topic, { sessionId, ttlSeconds })
    if (!stored) {
      throw new GravityError('SUBGRAPH_UNAVAILABLE', 'The session could not be denied everywhere.')
    }
  }

  async isDenied(sessionId: string): Promise<boolean> {
    const until = this.#mirror.get(sessionId)
    if (until !== undefined && until > this.#now().getTime()) return true
    const [denied] = await Promise.all([this.#cache.get<boolean>(keyOf(sessionId)), this.#hear()])
    return denied === true
  }

  onDenied(
    listener: (sessionId: string) => void,
    options: PubSubSubscribeOptions = {},
  ): Promise<PubSubSubscription> {
    const onMessage = (message: unknown) => listener(messageShape.parse(message).sessionId)
    return this.#pubsub.subscribe(topic, onMessage, options)
  }

  async close(): Promise<void> {
    const hearing = this.#hearing
    this.#hearing = undefined
    const subscription = await hearing?.catch(() => undefined)
    await subscription?.close()
  }

  /** Begins to listen at the first question; when that fails, at the next one. */
  async #hear(): Promise<void> {
    this.#hearing ??= this.#pubsub.subscribe(topic, (message) => {
      const { sessionId, ttlSeconds } = messageShape.parse(message)
      this.#remember(sessionId, ttlSeconds)
    })
    const hearing = this.#hearing
    try {
      await hearing
    } catch {
      // The cache is asked all the same, so nothing is missed while it answers.
      if (this.#hearing === hearing) this.#hearing = undefined
    }
  }

  #remember(sessionId: string, ttlSeconds: number): void {
    const nowMs = this.#now().getTime()
    this.#prune(nowMs)
    const until = Math.max(nowMs + ttlSeconds * 1_000, this.#mirror.get(sessionId) ?? 0)
    this.#mirror.set(sessionId, until)
  }

  /** At most once a minute, so that a burst of revocations does not walk the whole map for each. */
  #prune(nowMs: number): void {
    if (nowMs < this.#nextPruneMs) return
    this.#nextPruneMs = nowMs + 60_000
    for (const [sessionId, until] of this.#mirror)
      if (until <= nowMs) this.#mirror.delete(sessionId)
  }
}

function keyOf(sessionId: string): string {
  return `session-denied:${sessionId}`
}
