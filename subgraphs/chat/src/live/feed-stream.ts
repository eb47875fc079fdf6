import { GravityError } from '@gravity/shared/errors/gravity-error'
import { PulledStream } from './pulled-stream.ts'
import type { FeedListener, RoomFeed } from './room-feed.ts'

/** A feed that stays open until it is released. */
export interface FeedLease {
  readonly feed: RoomFeed
  /** May be called more than once. */
  release(): void
}

export interface FeedStreamOptions {
  readonly lease: FeedLease
  readonly userId: string
}

/** The end of a stream whose client should listen again: SUBGRAPH_UNAVAILABLE. */
export function restarting(): GravityError {
  return new GravityError(
    'SUBGRAPH_UNAVAILABLE',
    'Chat restarts: listen again, after the last number you have seen.',
  )
}

/**
 * What one member hears of one room. Ends when the person is no longer a member at the moment of delivery; throws
 * SUBGRAPH_UNAVAILABLE when the client should listen again.
 */
export abstract class FeedStream<Value> extends PulledStream<Value> implements FeedListener {
  protected readonly feed: RoomFeed
  readonly #lease: FeedLease
  readonly #userId: string

  constructor({ lease, userId }: FeedStreamOptions) {
    super()
    this.#lease = lease
    this.#userId = userId
    this.feed = lease.feed
    this.feed.join(this)
  }

  /** What is next for a member; undefined when nothing is at hand. */
  protected abstract takeForMember(): Value | undefined

  feedMoved(): void {
    this.moved()
  }

  protected override take(): Value | undefined {
    if (!this.feed.isMember(this.#userId)) {
      this.end()
      return undefined
    }
    if (this.feed.ended) throw restarting()
    return this.takeForMember()
  }

  protected override letGo(): void {
    this.feed.leave(this)
    this.#lease.release()
  }
}
