import type { MessageRow } from '../messages/message.entity.ts'

/** The last messages of a room, in order. All subscribers of a process read the same window. */
export class MessageWindow {
  readonly #size: number
  #messages: MessageRow[] = []
  #floor = 0
  #head = 0

  constructor(size: number) {
    this.#size = size
  }

  /** The sequence of the latest message. */
  get head(): number {
    return this.#head
  }

  /** The window holds every message after this sequence; what is older must be read from the database. */
  get floor(): number {
    return this.#floor
  }

  /** Begins with a room's latest messages, oldest first: those after `floor`. */
  begin(messages: readonly MessageRow[], floor: number): void {
    this.#messages = []
    this.#floor = floor
    this.#head = floor
    for (const message of messages) this.push(message)
  }

  /** Adds the message that follows the head; the oldest one leaves when the window is full. */
  push(message: MessageRow): void {
    this.#messages.push(message)
    this.#head = message.sequence
    if (this.#messages.length <= this.#size) return
    const oldest = this.#messages.shift()
    if (oldest) this.#floor = oldest.sequence
  }

  /** The first message after a sequence that is not below the floor; undefined when there is none yet. */
  after(sequence: number): MessageRow | undefined {
    const first = this.#messages[0]
    if (!first || sequence >= this.#head) return undefined
    // Sequences have no gaps while no message is ever deleted; with gaps the one looked for lies further left.
    let index = Math.min(Math.max(sequence + 1 - first.sequence, 0), this.#messages.length - 1)
    while (index > 0 && isAfter(this.#messages[index - 1], sequence)) index -= 1
    return this.#messages[index]
  }
}

function isAfter(message: MessageRow | undefined, sequence: number): boolean {
  return message !== undefined && message.sequence > sequence
}
