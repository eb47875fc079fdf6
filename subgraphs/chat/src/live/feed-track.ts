import type { MessageRow } from '../messages/message.entity.ts'
import { type MessageOrder, MessageWindow } from './message-window.ts'

export interface FeedTrackOptions {
  readonly order: MessageOrder
  readonly size: number
  /** Reads, from the database, the messages after a number, in order. */
  readonly read: (after: number) => Promise<MessageRow[]>
}

/** Messages older than the window, and whether they are still what the room says. */
export interface Replay {
  readonly messages: readonly MessageRow[]
  /** A message of the room has changed since: what is not yet delivered must be read again. */
  readonly outdated: boolean
}

/** A room's messages in one order, without end: the window of the latest ones, and before it the database. */
export class FeedTrack {
  readonly order: MessageOrder
  readonly #read: FeedTrackOptions['read']
  readonly #size: number
  readonly #window: MessageWindow
  readonly #replays = new Map<number, Promise<Replay>>()
  /** What the replays that were read since the latest change have in common. */
  #current = { outdated: false }

  constructor({ order, size, read }: FeedTrackOptions) {
    this.order = order
    this.#read = read
    this.#size = size
    this.#window = new MessageWindow(size, order)
  }

  get head(): number {
    return this.#window.head
  }

  /** Below this number `after` cannot answer and `replay` must. */
  get floor(): number {
    return this.#window.floor
  }

  /** The first message after a number that is not below the floor; undefined when there is none yet. */
  after(number: number): MessageRow | undefined {
    return this.#window.after(number)
  }

  /** Messages after a number below the floor, from the database; subscribers that ask for the same share the answer. */
  replay(after: number): Promise<Replay> {
    const running = this.#replays.get(after)
    if (running) return running
    const replay = this.#readReplay(after).finally(() => {
      if (this.#replays.get(after) === replay) this.#replays.delete(after)
    })
    this.#replays.set(after, replay)
    return replay
  }

  /** Begins with a room's latest messages, oldest first. */
  begin(messages: readonly MessageRow[]): void {
    const oldest = messages.length < this.#size ? undefined : messages[0]
    this.#window.begin(messages, oldest ? oldest[this.order] - 1 : 0)
  }

  /** Nothing up to this number will come any more. */
  passTo(number: number): void {
    this.#window.passTo(number)
  }

  push(message: MessageRow): void {
    this.#window.push(message)
  }

  remove(id: string): void {
    this.#window.remove(id)
  }

  replace(message: MessageRow): void {
    this.#window.replace(message)
  }

  /** A message has changed: nobody delivers any more what was read before. */
  forgetReplays(): void {
    this.#current.outdated = true
    this.#current = { outdated: false }
    this.#replays.clear()
  }

  async #readReplay(after: number): Promise<Replay> {
    const current = this.#current
    const read = await this.#read(after)
    // What is newer than the feed may be newer than the member set that it checks.
    const messages = read.filter((message) => message[this.order] <= this.head)
    return {
      messages,
      get outdated() {
        return current.outdated
      },
    }
  }
}
