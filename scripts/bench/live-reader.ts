import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'graphql-ws'
import { socketOf } from './chat-room.ts'
import type { BenchPerson } from './people.ts'

/** One message as it came. */
export interface Receipt {
  readonly sequence: number
  readonly at: number
}

export interface LiveReaderOptions {
  readonly url: string
  readonly person: BenchPerson
  readonly roomIds: readonly string[]
  /** `rooms`: one subscription per room. `inbox`: one for all of them. */
  readonly by: 'rooms' | 'inbox'
}

interface InboxEvent {
  readonly roomId?: string
  readonly room?: { readonly id: string }
  readonly message?: { readonly sequence: number }
}

const roomDocument = `subscription ($roomId: ID!, $after: Int) {
  messageAdded(roomId: $roomId, afterSequence: $after) { sequence body }
}`

const inboxDocument = `subscription ($after: [InboxPositionInput!]) {
  inbox(after: $after) { ... on InboxMessage { room { id } message { sequence body } } }
}`

/** Somebody on a socket of their own who comes back, after the last message seen, whatever has ended their subscription. */
export class LiveReader {
  readonly receipts: ReadonlyMap<string, Receipt[]>
  readonly person: BenchPerson
  /** Messages of rooms that were not asked for. */
  foreign = 0
  /** Subscriptions that ended and were begun again. */
  returns = 0
  readonly #options: LiveReaderOptions
  readonly #client: Client
  #isReading = true

  constructor(options: LiveReaderOptions) {
    this.#options = options
    this.person = options.person
    this.receipts = new Map(options.roomIds.map((roomId) => [roomId, []]))
    this.#client = socketOf(options.url, options.person)
    if (options.by === 'inbox') void this.#keepReading(() => this.#readInbox())
    else for (const roomId of options.roomIds) void this.#keepReading(() => this.#readRoom(roomId))
  }

  lastOf(roomId: string): number {
    return this.receipts.get(roomId)?.at(-1)?.sequence ?? 0
  }

  async stop(): Promise<void> {
    this.#isReading = false
    // What fails is the opening of a socket, which nobody needs any more.
    await Promise.allSettled([this.#client.dispose()])
  }

  async #keepReading(read: () => Promise<void>): Promise<void> {
    while (this.#isReading) {
      // A refusal, a lost socket, an orderly end: each is a reason to come back.
      await read().catch(() => undefined)
      this.returns += 1
      await delay(200 + Math.random() * 600)
    }
  }

  async #readRoom(roomId: string): Promise<void> {
    const variables = { roomId, after: this.lastOf(roomId) }
    const events = this.#client.iterate<{ messageAdded: { sequence: number } }>({
      query: roomDocument,
      variables,
    })
    for await (const { data } of events) {
      if (data) this.#receive(roomId, data.messageAdded.sequence)
    }
  }

  async #readInbox(): Promise<void> {
    const after = this.#options.roomIds.map((roomId) => ({ roomId, sequence: this.lastOf(roomId) }))
    const events = this.#client.iterate<{ inbox: InboxEvent }>({
      query: inboxDocument,
      variables: { after },
    })
    for await (const { data } of events) {
      const { room, message } = data?.inbox ?? {}
      if (room && message) this.#receive(room.id, message.sequence)
    }
  }

  #receive(roomId: string, sequence: number): void {
    const receipts = this.receipts.get(roomId)
    if (receipts) receipts.push({ sequence, at: performance.now() })
    else this.foreign += 1
  }
}
