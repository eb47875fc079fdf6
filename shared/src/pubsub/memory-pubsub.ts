import type { Logger } from '../log/logger.ts'
import type { PubSub, PubSubSubscription } from './pubsub.ts'
import { type Registration, TopicListeners } from './topic-listeners.ts'
import { decodeMessage, encodeMessage } from './wire-message.ts'

export interface MemoryPubSubOptions {
  /** Gets the failures of listeners; without it they become process warnings. */
  readonly log?: Logger
}

interface Delivery {
  readonly topic: string
  readonly text: string
  readonly audience: readonly Registration[]
}

/**
 * Pub/sub within one process. It behaves like Redis where a caller could tell: messages are copies, listeners are
 * called later but in the order of publishing, and only those that had subscribed when the message was published.
 */
export function createMemoryPubSub(options: MemoryPubSubOptions = {}): PubSub {
  const listeners = new TopicListeners(options.log)
  let waiting: Delivery[] = []
  let closed = false

  function deliverWaiting(): void {
    const deliveries = waiting
    waiting = []
    for (const { topic, text, audience } of deliveries) {
      if (audience.length > 0) listeners.deliver(topic, decodeMessage(text), audience)
    }
  }

  function assertOpen(): void {
    if (closed) throw new Error('This pub/sub was closed.')
  }

  return {
    async publish(topic, message) {
      assertOpen()
      const text = encodeMessage(message)
      if (waiting.length === 0) setImmediate(deliverWaiting)
      waiting.push({ topic, text, audience: listeners.of(topic) })
    },
    async subscribe(topic, listener, { onGap } = {}) {
      assertOpen()
      const registration: Registration = { listener, onGap }
      listeners.add(topic, registration)
      return subscription(() => void listeners.remove(topic, registration))
    },
    async ping() {
      assertOpen()
    },
    async close() {
      closed = true
      listeners.clear()
    },
  }
}

function subscription(leave: () => void): PubSubSubscription {
  const close = async () => leave()
  return { close, [Symbol.asyncDispose]: close }
}
