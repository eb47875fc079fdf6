import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { MessageRow } from '../messages/message.entity.ts'
import type { RoomFeed } from './room-feed.ts'

/** A feed that stays open until it is released. */
export interface FeedLease {
  readonly feed: RoomFeed
  /** May be called more than once. */
  release(): void
}

export interface MessageStreamOptions {
  readonly lease: FeedLease
  readonly userId: string
  /** The stream begins with the message that follows this sequence. */
  readonly after: number
}

const restarting = 'Chat restarts: listen again, after the last sequence you have seen.'

const done = { done: true, value: undefined } as const

type Step = IteratorResult<MessageRow, undefined>

/**
 * One member's messages of one room, in order. The stream only knows how far it has come and takes the message that
 * follows, from the feed's window or, when it is further behind, from the database: replay and live are the same walk,
 * nothing is queued for a slow reader, and no hint can make a message appear twice. Ends when the person is no
 * longer a member at the moment of delivery; throws SUBGRAPH_UNAVAILABLE when the client should listen again.
 */
export class MessageStream implements AsyncIterableIterator<MessageRow, undefined> {
  readonly #lease: FeedLease
  readonly #userId: string
  #position: number
  #replayed: MessageRow[] = []
  #wake: (() => void) | undefined
  #ended = false
  /** Settles when the call of `next` before has its answer: one message is never handed out twice. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(options: MessageStreamOptions) {
    this.#lease = options.lease
    this.#userId = options.userId
    this.#position = options.after
    this.#lease.feed.join(this)
  }

  next(): Promise<Step> {
    const step = this.#turn.then(() => this.#advance())
    this.#turn = step.catch(() => this.#end())
    return step
  }

  async return(): Promise<Step> {
    this.#end()
    return done
  }

  async throw(error: unknown): Promise<Step> {
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

  async #advance(): Promise<Step> {
    const { feed } = this.#lease
    for (;;) {
      if (!feed.isMember(this.#userId)) this.#end()
      if (this.#ended) return done
      if (feed.ended) throw new GravityError('SUBGRAPH_UNAVAILABLE', restarting)
      const message = this.#take()
      if (message) {
        this.#position = message.sequence
        return { done: false, value: message }
      }
      if (this.#position < feed.floor) await this.#replay()
      else await this.#untilMoved()
    }
  }

  #take(): MessageRow | undefined {
    const { feed } = this.#lease
    const replayed = this.#replayed.shift()
    if (replayed) return replayed
    return this.#position < feed.floor ? undefined : feed.after(this.#position)
  }

  async #replay(): Promise<void> {
    const { feed } = this.#lease
    const { floor } = feed
    this.#replayed = [...(await feed.replay(this.#position))]
    // Nothing is left between here and the window.
    if (this.#replayed.length === 0) this.#position = floor
  }

  #untilMoved(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#replayed = []
    this.#lease.feed.leave(this)
    this.#lease.release()
    this.feedMoved()
  }
}
