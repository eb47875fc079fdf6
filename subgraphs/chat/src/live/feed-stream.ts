import { GravityError } from '@gravity/shared/errors/gravity-error'
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

const restarting = 'Chat restarts: listen again, after the last number you have seen.'

const done = { done: true, value: undefined } as const

/**
 * What one member hears of one room. Ends when the person is no longer a member at the moment of delivery; throws
 * SUBGRAPH_UNAVAILABLE when the client should listen again.
 */
export abstract class FeedStream<Value>
  implements AsyncIterableIterator<Value, undefined>, FeedListener
{
  protected readonly feed: RoomFeed
  readonly #lease: FeedLease
  readonly #userId: string
  #wake: (() => void) | undefined
  #ended = false
  /** Settles when the call of `next` before has its answer: nothing is handed out twice. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ lease, userId }: FeedStreamOptions) {
    this.#lease = lease
    this.#userId = userId
    this.feed = lease.feed
    this.feed.join(this)
  }

  /** What is next for the reader; undefined when nothing is at hand. */
  protected abstract take(): Value | undefined

  /** Gets at hand what exists elsewhere; undefined when there is nothing to get. */
  protected fetch(): Promise<void> | undefined {
    return undefined
  }

  /** The stream has ended. */
  protected letGo(): void {}

  next(): Promise<IteratorResult<Value, undefined>> {
    const step = this.#turn.then(() => this.#advance())
    this.#turn = step.catch(() => this.#end())
    return step
  }

  async return(): Promise<IteratorResult<Value, undefined>> {
    this.#end()
    return done
  }

  async throw(error: unknown): Promise<IteratorResult<Value, undefined>> {
    this.#end()
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end()
  }

  feedMoved(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  async #advance(): Promise<IteratorResult<Value, undefined>> {
    for (;;) {
      if (!this.feed.isMember(this.#userId)) this.#end()
      if (this.#ended) return done
      if (this.feed.ended) throw new GravityError('SUBGRAPH_UNAVAILABLE', restarting)
      const value = this.take()
      if (value !== undefined) return { done: false, value }
      await (this.fetch() ?? this.#untilMoved())
    }
  }

  #untilMoved(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.letGo()
    this.feed.leave(this)
    this.#lease.release()
    this.feedMoved()
  }
}
