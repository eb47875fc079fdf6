import type { Logger } from '../log/logger.ts'
import { UnrecoverableError } from '../queues/unrecoverable-error.ts'
import type { EventContract, EventEnvelope } from './event-contract.ts'

/** What a service states about one effect of one event. */
export interface ConsumerDefinition<Store, Payload> {
  /** Unique in the service and never changed: the inbox knows the consumer by it. */
  readonly name: string
  readonly event: EventContract<Payload>
  /**
   * Applies the event through the store of one transaction, which is committed together with the mark that the event
   * was applied. May be repeated after a failure. Events of one aggregate mostly come in order, but not always: compare
   * `envelope.aggregateVersion`. Throw `UnrecoverableError` when trying again cannot help.
   */
  consume(store: Store, envelope: EventEnvelope<Payload>, call: ConsumeCall): Promise<void>
}

/** What comes with an event besides its store. */
export interface ConsumeCall {
  /** Carries the event's id, name and trace id. */
  readonly log: Logger
}

/** One effect of one event in one service. */
export interface Consumer<Store> {
  readonly name: string
  readonly eventName: string
  /** Checks the payload; throws `UnrecoverableError` when it breaks the contract. */
  accept(envelope: EventEnvelope<unknown>): (store: Store, call: ConsumeCall) => Promise<void>
}

/**
 * Declares a consumer; list it in `openEvents`. The types follow from the contract and the annotation of the store:
 *
 * `defineConsumer({ name: 'create-profile', event: userRegistered, async consume(store: UsersStore, { payload }) { … } })`
 */
export function defineConsumer<Store, Payload>(
  definition: ConsumerDefinition<Store, Payload>,
): Consumer<Store> {
  const { name, event } = definition
  return {
    name,
    eventName: event.name,
    accept(envelope) {
      const payload = event.payload.safeParse(envelope.payload)
      if (!payload.success) {
        const problems = payload.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`)
        throw new UnrecoverableError(`The payload breaks ${event.name}: ${problems.join(', ')}`)
      }
      return (store, call) =>
        definition.consume(store, { ...envelope, payload: payload.data }, call)
    },
  }
}
