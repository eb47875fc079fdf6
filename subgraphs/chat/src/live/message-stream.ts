import type { MessageRow } from '../messages/message.entity.ts'
import { FeedStream, type FeedStreamOptions } from './feed-stream.ts'
import type { FeedTrack, Replay } from './feed-track.ts'

export interface MessageStreamOptions extends FeedStreamOptions {
  /** What is delivered: messages as they are sent (default), or messages whenever they change. */
  readonly track?: 'messages' | 'changes'
  /** The stream begins with the message that follows this number of the track's order. */
  readonly after: number
}

/**
 * One member's messages of one room, in order of their sequence or of their changes. The stream only knows how far it has
 * come and takes the message that follows, from the feed's window or, when it is further behind, from the database: replay
 * and live are the same walk, nothing is queued for a slow reader, and no hint can make a message appear twice.
 */
export class MessageStream extends FeedStream<MessageRow> {
  readonly #track: FeedTrack
  readonly #userId: string
  #position: number
  #replay: Replay | undefined
  #replayed: MessageRow[] = []

  constructor(options: MessageStreamOptions) {
    super(options)
    this.#userId = options.userId
    this.#track = options.lease.feed[options.track ?? 'messages']
    this.#position = options.after
  }

  protected override takeForMember(): MessageRow | undefined {
    if (this.#replay?.outdated) this.#forgetReplay()
    for (;;) {
      const message = this.#replayed.shift() ?? this.#fromWindow()
      if (!message) return undefined
      this.#position = message[this.#track.order]
      // Checked now, because who has left and come back may have missed something that is not for them.
      if (message.sequence > (this.feed.visibleAfter(this.#userId) ?? 0)) return message
    }
  }

  protected override fetch(): Promise<void> | undefined {
    return this.#position < this.#track.floor ? this.#readReplay() : undefined
  }

  protected override letGo(): void {
    super.letGo()
    this.#forgetReplay()
  }

  #forgetReplay(): void {
    this.#replay = undefined
    this.#replayed = []
  }

  #fromWindow(): MessageRow | undefined {
    return this.#position < this.#track.floor ? undefined : this.#track.after(this.#position)
  }

  async #readReplay(): Promise<void> {
    const { floor } = this.#track
    const replay = await this.#track.replay(this.#position)
    if (replay.outdated) return
    this.#replay = replay
    this.#replayed = [...replay.messages]
    // Nothing is left between here and the window.
    if (this.#replayed.length === 0) this.#position = floor
  }
}
