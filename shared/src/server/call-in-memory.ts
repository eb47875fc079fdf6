import type { FormattedExecutionResult } from 'graphql'
import type { Logger } from '../log/logger.ts'
import type { OperationSpans } from '../telemetry/operation-spans.ts'
import { type CachePolicyOf, createCachePolicies } from './cache-policies.ts'
import type { ResultStream } from './result-stream.ts'
import {
  executeOperation,
  type OperationHost,
  type SubgraphOperation,
  subscribeToOperation,
} from './run-operation.ts'
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
  /** For how long an answer to the operation may be kept when it has no errors, by `@cacheControl`. */
  readonly cachePolicyOf: CachePolicyOf
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

/** Executes within a span of its own. */
function traceOperation(
  operation: SubgraphOperation,
  host: OperationHost<FormattedExecutionResult>,
  spans: OperationSpans,
): Promise<FormattedExecutionResult> {
  return spans.trace({
    identity: operation.identity,
    kind: 'internal',
    attributes: { 'graphql.operation.name': operation.operationName },
    async run(identity, trace) {
      const result = await executeOperation(host, { ...operation, identity })
      if (result.errors)
        trace.errors(result.errors.map(({ extensions }) => `${extensions?.['code']}`))
      return result
    },
  })
}

/**
 * Opens a caller for one subgraph. Documents come parsed and valid: the router prepares each once and sends it many
 * times. `log` receives the faults that resolvers did not mean to tell.
 */
export function createInMemoryCaller(
  subgraph: Subgraph,
  options: { readonly log: Logger; readonly spans?: OperationSpans | undefined },
): InMemoryCaller {
  const { spans } = options
  const host = {
    subgraph,
    log: options.log,
    present: truthfulResult,
    sharedEvents: new SharedEvents<FormattedExecutionResult>(),
  }
  return {
    async execute(operation) {
      operation.signal.throwIfAborted()
      const work = spans
        ? traceOperation(operation, host, spans)
        : executeOperation(host, operation)
      return await untilAborted(work, operation.signal)
    },
    subscribe: (operation) => subscribeToOperation(host, operation),
    cachePolicyOf: createCachePolicies(subgraph.schema),
  }
}
