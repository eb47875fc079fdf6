import type { Redis } from 'ioredis'
import { GravityError } from '../errors/gravity-error.ts'
import type { Logger } from '../log/logger.ts'
import type { PubSub, PubSubSubscribeOptions, PubSubSubscription } from './pubsub.ts'
import { type Registration, TopicListeners } from './topic-listeners.ts'
import { decodeMessage, encodeMessage } from './wire-message.ts'

export interface RedisPubSubOptions {
  /** Publishes; may be shared with other users of Redis. */
  readonly publisher: Redis
  /** Only listens, as Redis demands, and belongs to this pub/sub alone; opened by `openRedis` like the other. */
  readonly subscriber: Redis
  /** In front of every channel; what uses the same Redis for another purpose has another one. */
  readonly prefix: string
  readonly log: Logger
}

/**
 * Pub/sub over Redis. One Redis subscription per topic, whatever the number of listeners. After a lost connection all
 * topics are subscribed again as soon as Redis is back. The connections stay open at `close`: whoever opened them
 * closes them.
 */
export function createRedisPubSub(options: RedisPubSubOptions): PubSub {
  const pubsub = new RedisPubSub(options)
  pubsub.listen()
  return pubsub
}

class RedisPubSub implements PubSub {
  readonly #options: RedisPubSubOptions
  readonly #listeners: TopicListeners
  #closed = false

  constructor(options: RedisPubSubOptions) {
    this.#options = options
    this.#listeners = new TopicListeners(options.log)
  }

  listen(): void {
    this.#options.subscriber.on('message', this.#onMessage).on('ready', this.#onReady)
  }

  async publish(topic: string, message: unknown): Promise<void> {
    this.#assertOpen()
    const text = encodeMessage(message)
    await orUnavailable(this.#options.publisher.publish(this.#channel(topic), text))
  }

  async subscribe(
    topic: string,
    listener: (message: unknown) => void,
    { onGap }: PubSubSubscribeOptions = {},
  ): Promise<PubSubSubscription> {
    this.#assertOpen()
    const registration: Registration = { listener, onGap }
    // Before the confirmation: a message may arrive in the same packet as that.
    this.#listeners.add(topic, registration)
    const close = () => this.#leave(topic, registration)
    try {
      await orUnavailable(this.#subscribeUpstream(topic))
    } catch (error) {
      await close()
      throw error
    }
    return { close, [Symbol.asyncDispose]: close }
  }

  async ping(): Promise<void> {
    this.#assertOpen()
    const { publisher, subscriber } = this.#options
    await orUnavailable(Promise.all([publisher.ping(), subscriber.ping()]))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#options.subscriber.off('message', this.#onMessage).off('ready', this.#onReady)
    const topics = this.#listeners.topics()
    this.#listeners.clear()
    await this.#unsubscribe(topics)
  }

  /** Also for a topic that others listen to: the answer tells that the connection is still there. */
  async #subscribeUpstream(topic: string): Promise<void> {
    const { subscriber } = this.#options
    // Between connecting and ready ioredis asks Redis what it may not ask after a SUBSCRIBE.
    if (subscriber.status !== 'ready') throw new Error(`The connection is ${subscriber.status}.`)
    await subscriber.subscribe(this.#channel(topic))
  }

  async #leave(topic: string, registration: Registration): Promise<void> {
    // Whoever subscribes after this line sends SUBSCRIBE after our UNSUBSCRIBE, so it stays in force.
    if (this.#listeners.remove(topic, registration)) await this.#unsubscribe([topic])
  }

  async #unsubscribe(topics: readonly string[]): Promise<void> {
    const { subscriber, log } = this.#options
    // Without a connection there is nothing to end: only topics with listeners are subscribed again.
    if (topics.length === 0 || subscriber.status !== 'ready') return
    try {
      await subscriber.unsubscribe(...topics.map((topic) => this.#channel(topic)))
    } catch (err) {
      log.debug({ err }, 'Unsubscribing failed; the messages of these topics are ignored.')
    }
  }

  readonly #onMessage = (channel: string, text: string): void => {
    const topic = channel.slice(this.#options.prefix.length)
    const audience = this.#listeners.of(topic)
    if (audience.length === 0) return
    try {
      this.#listeners.deliver(topic, decodeMessage(text), audience)
    } catch (err) {
      this.#options.log.warn({ err, topic }, 'A message that is no JSON was ignored.')
    }
  }

  /** After a loss; the first connection was made before this object. */
  readonly #onReady = (): void => {
    const topics = this.#listeners.topics()
    if (topics.length === 0) return
    const { subscriber, log } = this.#options
    subscriber.subscribe(...topics.map((topic) => this.#channel(topic))).then(
      () => this.#listeners.reportGap(),
      (err: unknown) => {
        log.warn({ err, topics: topics.length }, 'Topics could not be subscribed again.')
        // The next connection is the next attempt.
        if (subscriber.status === 'ready') subscriber.disconnect(true)
      },
    )
  }

  #channel(topic: string): string {
    return this.#options.prefix + topic
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error('This pub/sub was closed.')
  }
}

async function orUnavailable(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (cause) {
    throw unavailable(cause)
  }
}

function unavailable(cause: unknown): GravityError {
  return new GravityError(
    'SUBGRAPH_UNAVAILABLE',
    'Live updates are not available now. Try again.',
    {
      cause,
    },
  )
}
