import type { Logger } from '../log/logger.ts'
import type { PubSubSubscribeOptions } from './pubsub.ts'

/** One subscription's own functions. Two subscriptions with the same function are two registrations. */
export interface Registration extends PubSubSubscribeOptions {
  readonly listener: (message: unknown) => void
}

/** The listeners of every topic in this process. Calls each on its own: a failure is logged and reaches no other. */
export class TopicListeners {
  readonly #registrations = new Map<string, Set<Registration>>()
  readonly #log: Logger | undefined

  constructor(log?: Logger) {
    this.#log = log
  }

  add(topic: string, registration: Registration): void {
    const existing = this.#registrations.get(topic)
    if (existing) existing.add(registration)
    else this.#registrations.set(topic, new Set([registration]))
  }

  /** Returns true when that was the topic's last registration. */
  remove(topic: string, registration: Registration): boolean {
    const existing = this.#registrations.get(topic)
    if (!existing?.delete(registration) || existing.size > 0) return false
    this.#registrations.delete(topic)
    return true
  }

  clear(): void {
    this.#registrations.clear()
  }

  topics(): readonly string[] {
    return [...this.#registrations.keys()]
  }

  /** Those registered now; a later registration does not change the list. */
  of(topic: string): readonly Registration[] {
    return [...(this.#registrations.get(topic) ?? [])]
  }

  /** Calls those of `audience` that have not left meanwhile. */
  deliver(
    topic: string,
    message: unknown,
    audience: readonly Registration[] = this.of(topic),
  ): void {
    for (const registration of audience) {
      if (!this.#registrations.get(topic)?.has(registration)) continue
      this.#call(topic, () => registration.listener(message))
    }
  }

  /** Tells every listener of every topic that it may have missed something. */
  reportGap(): void {
    for (const topic of this.topics()) {
      for (const { onGap } of this.of(topic)) if (onGap) this.#call(topic, onGap)
    }
  }

  #call(topic: string, listener: () => unknown): void {
    try {
      const result = listener()
      // An async function is assignable to `() => void`; its rejection would end the process.
      if (result instanceof Promise) result.catch((err: unknown) => this.#report(topic, err))
    } catch (err) {
      this.#report(topic, err)
    }
  }

  #report(topic: string, err: unknown): void {
    if (this.#log) this.#log.error({ err, topic }, 'A listener failed.')
    else process.emitWarning(`A listener of ${topic} failed: ${String(err)}`)
  }
}
