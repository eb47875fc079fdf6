import type { MessageRow } from '../messages/message.entity.ts'

/** By what a window is ordered: the place of a message in its room, or its latest change. */
export type MessageOrder = 'sequence' | 'changed'

/** The last messages of a room in one order, each once. All subscribers of a process read the same window. */
export class MessageWindow {
  readonly #size: number
  readonly #order: MessageOrder
  #messages: MessageRow[] = []
  #floor = 0
  #head = 0

  constructor(size: number, order: MessageOrder = 'sequence') {
    this.#size = size
    this.#order = order
  }

  /** The number of the latest message. */
  get head(): number {
    return this.#head
  }

  /** The window holds every message after this number; what is older must be read from the database. */
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
    this.#head = message[this.#order]
    if (this.#messages.length <= this.#size) return
    const oldest = this.#messages.shift()
    if (oldest) this.#floor = oldest[this.#order]
  }

  /** Moves the head on: what was there up to this number is in the window, or gone. */
  passTo(number: number): void {
    this.#head = Math.max(this.#head, number)
  }

  /** Forgets a message as it was before it changed: it has another number now. */
  remove(id: string): void {
    const index = this.#messages.findIndex((message) => message.id === id)
    if (index >= 0) this.#messages.splice(index, 1)
  }

  /** Puts a changed message where it was; nothing when it is not in the window. */
  replace(message: MessageRow): void {
    const index = this.#messages.findIndex(({ id }) => id === message.id)
    if (index >= 0) this.#messages[index] = message
  }

  /** The first message after a number that is not below the floor; undefined when there is none yet. */
  after(number: number): MessageRow | undefined {
    const first = this.#messages[0]
    if (!first || number >= this.#head) return undefined
    // Sequences have no gaps but where old messages were removed, changes have some; with gaps the one looked for lies
    // further left.
    const guess = number + 1 - first[this.#order]
    let index = Math.min(Math.max(guess, 0), this.#messages.length - 1)
    while (index > 0 && this.#isAfter(this.#messages[index - 1], number)) index -= 1
    const found = this.#messages[index]
    return this.#isAfter(found, number) ? found : undefined
  }

  #isAfter(message: MessageRow | undefined, number: number): boolean {
    return message !== undefined && message[this.#order] > number
  }
}
