export interface RoomMessage {
  readonly __typename: 'Message'
  readonly id: string
  readonly sequence: number
  readonly body: string
  readonly sentAt: string
  readonly clientMessageId: string
  readonly author: { readonly id: string; readonly username: string; readonly displayName: string }
}

/** A room whose messages are kept and streamed after a sequence, as the chat service does. */
export class TestRoom {
  readonly #messages: RoomMessage[] = []
  readonly #wakers = new Set<() => void>()

  send(body: string): RoomMessage {
    const sequence = this.#messages.length + 1
    const message: RoomMessage = {
      __typename: 'Message',
      id: `message-${sequence}`,
      sequence,
      body,
      sentAt: '2026-01-01T00:00:00.000Z',
      clientMessageId: `client-${sequence}`,
      author: { id: 'ada', username: 'ada', displayName: 'Ada' },
    }
    this.#messages.push(message)
    for (const wake of this.#wakers) wake()
    return message
  }

  async *follow(afterSequence: number | null | undefined): AsyncGenerator<RoomMessage> {
    let next = afterSequence ?? this.#messages.length
    for (;;) {
      for (; next < this.#messages.length; next += 1) {
        const message = this.#messages[next]
        if (message) yield message
      }
      const woken = new Promise<void>((resolve) => this.#wakers.add(resolve))
      await woken
    }
  }
}
