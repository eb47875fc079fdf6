import { createEventQueue } from './event-queue.ts'
import {
  type ClientDocument,
  dataOf,
  type PrintedDocument,
  requestOf,
  variablesOf,
} from './graphql-request.ts'
import type { SubscribeOptions } from './gravity-client.ts'
import { SubscriptionStream, type SubscriptionStreamOptions } from './subscription-stream.ts'

/** What the subscriptions of one client share. */
export interface SubscriptionStart
  extends Pick<SubscriptionStreamOptions, 'connection' | 'keeper' | 'policy'> {
  /** Aborts when the client is closed. */
  readonly closing: AbortSignal
}

/** One subscription as its caller asked for it. */
export interface StartedSubscription<Data, Variables> extends SubscribeOptions<Data, Variables> {
  readonly document: ClientDocument<Data, Variables>
  readonly printed: PrintedDocument
  readonly variables: Variables | undefined
}

/** Starts the stream of one subscription at once and returns its events; they wait there until they are read. */
export function startSubscription<Data, Variables>(
  { closing, ...shared }: SubscriptionStart,
  started: StartedSubscription<Data, Variables>,
): AsyncIterableIterator<Data, undefined, undefined> {
  const { document, printed, resume } = started
  const variables = variablesOf(started.variables)
  const leaving = new AbortController()
  const queue = createEventQueue<Data>(() => leaving.abort())
  let lastEvent: Data | undefined
  const stream = new SubscriptionStream({
    ...shared,
    signal: AbortSignal.any([closing, leaving.signal, ...(started.signal ? [started.signal] : [])]),
    nextRequest: () =>
      requestOf(printed, lastEvent && resume ? resume(lastEvent, variables) : variables),
    onData: (data) => {
      lastEvent = dataOf(document, data)
      queue.push(lastEvent)
    },
    onPartialErrors: started.onPartialErrors,
    onInterruption: started.onInterruption,
  })
  stream.run().then(
    () => queue.end(),
    (error: unknown) => queue.end(error),
  )
  return queue.values
}
