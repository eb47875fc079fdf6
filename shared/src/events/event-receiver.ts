import { Turns } from '../concurrency/turns.ts'
import type { Database } from '../database/open-database.ts'
import { GravityError } from '../errors/gravity-error.ts'
import type { Logger } from '../log/logger.ts'
import type { ActiveJob } from '../queues/queues.ts'
import { RetryLaterError } from '../queues/retry-later-error.ts'
import { UnrecoverableError } from '../queues/unrecoverable-error.ts'
import { traceIdOf } from '../viewer/trace-context.ts'
import type { Consumer } from './consumer.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { EventEnvelope } from './event-contract.ts'
import { eventDeliverySchema } from './event-delivery.ts'
import { type Inbox, NOBODY } from './inbox.ts'

/** Who applies the events, and where those go that nobody can apply. */
export interface EventReceiverOptions<Store extends { readonly inbox: Inbox }> {
  readonly database: Pick<Database<Store, unknown>, 'transaction' | 'ping'>
  readonly consumers: readonly Consumer<Store>[]
  readonly deadLetters: DeadLetters
  readonly log: Logger
}

type Envelope = EventEnvelope<unknown>

/** Some three minutes of trying. */
const mostAttempts = 10
/** Of the process, while it was consuming the event: then the event is the suspect. */
const mostDeaths = 5
const awayMs = 1000

/** Applies the events that arrive in the queue of one service. */
export class EventReceiver<Store extends { readonly inbox: Inbox }> {
  readonly #options: EventReceiverOptions<Store>
  readonly #turns = new Turns()

  constructor(options: EventReceiverOptions<Store>) {
    this.#options = options
  }

  /** Resolves when every consumer has applied the event or its dead letter is written; rejects to be tried again. */
  async receive(job: ActiveJob): Promise<void> {
    const delivery = eventDeliverySchema.safeParse(job.data)
    if (!delivery.success) {
      await this.#options.deadLetters.write({
        consumer: NOBODY,
        event: { id: job.id, name: job.name },
        envelope: job.data,
        error: new UnrecoverableError('This is not an event.'),
        attempts: job.attempt,
      })
      this.#options.log.error({ jobId: job.id }, 'Something that is not an event is a dead letter')
      return
    }
    const { envelope, consumer } = delivery.data
    await this.#turns.take(envelope.aggregateId, () => this.#apply(envelope, consumer, job))
  }

  async #apply(envelope: Envelope, only: string | undefined, job: ActiveJob): Promise<void> {
    const consumers = this.#options.consumers.filter(
      ({ eventName, name }) => eventName === envelope.name && (only ?? name) === name,
    )
    if (consumers.length === 0) {
      const error = new UnrecoverableError('This service has no consumer for the event.')
      await this.#bury(envelope, { consumer: only ?? NOBODY, attempts: job.attempt, error })
    }
    let failure: { readonly error: unknown } | undefined
    for (const consumer of consumers) {
      try {
        await this.#applyOrBury(consumer, envelope, job)
      } catch (error) {
        failure = { error }
      }
    }
    if (failure) throw failure.error
  }

  async #applyOrBury(consumer: Consumer<Store>, envelope: Envelope, job: ActiveJob): Promise<void> {
    try {
      if (job.deaths >= mostDeaths) {
        throw new UnrecoverableError(`The process died ${job.deaths} times while it consumed this.`)
      }
      await this.#applyOnce(consumer, envelope)
    } catch (error) {
      if (await this.#isAway(error)) throw retryLater(error)
      if (!(error instanceof UnrecoverableError) && job.attempt < mostAttempts) {
        this.#logOf(consumer.name, envelope).warn(
          { err: error, attempt: job.attempt },
          'An event could not be applied; it is tried again',
        )
        throw error
      }
      await this.#bury(envelope, { consumer: consumer.name, attempts: job.attempt, error })
    }
  }

  async #applyOnce(consumer: Consumer<Store>, envelope: Envelope): Promise<void> {
    const apply = consumer.accept(envelope)
    const log = this.#logOf(consumer.name, envelope)
    await this.#options.database.transaction(async (store) => {
      if (await store.inbox.claim(consumer.name, envelope.id)) await apply(store, { log })
    })
  }

  async #bury(
    envelope: Envelope,
    death: { readonly consumer: string; readonly attempts: number; readonly error: unknown },
  ): Promise<void> {
    await this.#options.deadLetters.write({ ...death, event: envelope, envelope })
    this.#logOf(death.consumer, envelope).error(
      { err: death.error, attempt: death.attempts },
      'An event has become a dead letter',
    )
  }

  /** A statement that is too slow also counts as unavailable, so the database is asked once more. */
  async #isAway(error: unknown): Promise<boolean> {
    if (!(error instanceof GravityError) || error.code !== 'SUBGRAPH_UNAVAILABLE') return false
    return this.#options.database.ping().then(
      () => false,
      () => true,
    )
  }

  #logOf(consumer: string, envelope: Envelope): Logger {
    return this.#options.log.child({
      consumer,
      event: envelope.name,
      eventId: envelope.id,
      traceId: traceIdOf(envelope.traceparent),
    })
  }
}

function retryLater(cause: unknown): RetryLaterError {
  return new RetryLaterError('The database is away.', { delayMs: awayMs, cause })
}
