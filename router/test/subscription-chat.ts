import { GraphQLError } from 'graphql'
import type { TestSubgraph } from './execution-graph.ts'

/** A room whose messages a test posts, as a subgraph with a subscription, and the people who write them. */
export interface ChatRoom {
  readonly subgraphs: readonly TestSubgraph[]
  post(body: string, authorId?: string): void
  /** Ends every subscription from the subgraph's side. */
  close(): void
  listeners(): number
}

interface Message {
  readonly id: string
  readonly body: string
  readonly author: { readonly id: string }
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])`

export function openChatRoom(): ChatRoom {
  const queues = new Set<Queue>()
  let count = 0
  return {
    subgraphs: [chat(queues), people],
    post(body, authorId = '1') {
      count += 1
      for (const queue of queues) queue.push({ id: String(count), body, author: { id: authorId } })
    },
    close() {
      for (const queue of queues) queue.end()
    },
    listeners: () => queues.size,
  }
}

function chat(queues: Set<Queue>): TestSubgraph {
  return {
    name: 'chat',
    sdl: `${link}
      type Query { rooms: Int }
      type Subscription { posted(room: ID!): Message! guarded: Message @authenticated }
      type Message @key(fields: "id") { id: ID! body: String! author: Person! faulty: String }
      type Person @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: {
      Subscription: {
        posted: {
          subscribe: (_source: unknown, { room }: { room: string }) => {
            if (room !== 'hall') {
              throw new GraphQLError('No such room', { extensions: { code: 'NOT_FOUND' } })
            }
            const queue = new Queue(() => queues.delete(queue))
            queues.add(queue)
            return queue
          },
          resolve: (message: Message) => message,
        },
      },
      Message: {
        faulty: ({ body }: Message) => {
          if (body === 'bad') throw new GraphQLError('Bad', { extensions: { code: 'CONFLICT' } })
          return body
        },
      },
    },
  }
}

const people: TestSubgraph = {
  name: 'people',
  sdl: `${link} type Query { people: Int } type Person @key(fields: "id") { id: ID! name: String! }`,
  resolvers: {
    Person: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `person ${id}` }) },
  },
}

/** What was posted and not yet taken. */
class Queue implements AsyncIterableIterator<Message, undefined> {
  readonly #messages: Message[] = []
  readonly #onEnd: () => void
  #wake: (() => void) | undefined
  #ended = false

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  push(message: Message): void {
    this.#messages.push(message)
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#onEnd()
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<Message, undefined>> {
    while (this.#messages.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const value = this.#messages.shift()
    return value ? { done: false, value } : { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
