import type { FormattedExecutionResult } from 'graphql'
import type { Logger } from '../log/logger.ts'
import type { ResultStream } from './result-stream.ts'
import { executeOperation, type SubgraphOperation, subscribeToOperation } from './run-operation.ts'
import { SharedEvents } from './shared-events.ts'
import type { Subgraph } from './subgraph.ts'
import { truthfulResult } from './truthful-errors.ts'

/** Calls a subgraph in the same process: no socket, no parsing, no validation, the same answers as over HTTP. */
export interface InMemoryCaller {
  /**
   * Executes a query or mutation. Failures of fields are errors in the result. Rejects only when the operation's signal
   * aborts, at once and with its reason; resolvers learn of it by their own signal.
   */
  execute(operation: SubgraphOperation): Promise<FormattedExecutionResult>
  /**
   * Starts a subscription: a result when it was refused, a stream otherwise. The stream ends when its `return` is called
   * or the operation's signal aborts; either closes the resolver's iterable.
   */
  subscribe(
    operation: SubgraphOperation,
  ): Promise<FormattedExecutionResult | ResultStream<FormattedExecutionResult>>
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

/**
 * Opens a caller for one subgraph. Documents come parsed and valid: the router prepares each once and sends it many
 * times. `log` receives the faults that resolvers did not mean to tell.
 */
export function createInMemoryCaller(
  subgraph: Subgraph,
  options: { readonly log: Logger },
): InMemoryCaller {
  const host = {
    subgraph,
    log: options.log,
    present: truthfulResult,
    sharedEvents: new SharedEvents<FormattedExecutionResult>(),
  }
  return {
    async execute(operation) {
      operation.signal.throwIfAborted()
      return await untilAborted(executeOperation(host, operation), operation.signal)
    },
    subscribe: (operation) => subscribeToOperation(host, operation),
  }
}
