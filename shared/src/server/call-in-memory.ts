import type { ExecutionResult, FormattedExecutionResult } from 'graphql'
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
export interface InMemoryCaller<Result = FormattedExecutionResult> {
  /**
   * Executes a query or mutation. Failures of fields are errors in the result. Rejects only when the operation's signal
   * aborts, at once and with its reason; resolvers learn of it by their own signal.
   */
  execute(operation: SubgraphOperation): Promise<Result>
  /**
   * Starts a subscription: a result when it was refused, a stream otherwise. The stream ends when its `return` is called
   * or the operation's signal aborts; either closes the resolver's iterable.
   */
  subscribe(operation: SubgraphOperation): Promise<Result | ResultStream<Result>>
  /** For how long an answer to the operation may be kept when it has no errors, by `@cacheControl`. */
  readonly cachePolicyOf: CachePolicyOf
}

/** What can be read of every result, however it is presented. */
interface WithErrors {
  readonly errors?:
    | readonly { readonly extensions?: Readonly<Record<string, unknown>> | undefined }[]
    | undefined
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    const settle =
      <Outcome>(end: (outcome: Outcome) => void) =>
      (outcome: Outcome): void => {
        signal.removeEventListener('abort', leave)
        end(outcome)
      }
    work.then(settle(resolve), settle(reject))
  })
}

/** Executes within a span of its own. */
function traceOperation<Result extends WithErrors>(
  operation: SubgraphOperation,
  host: OperationHost<Result>,
  spans: OperationSpans,
): Promise<Result> {
  return spans.trace({
    identity: operation.identity,
    kind: 'internal',
    attributes: { 'graphql.operation.name': operation.operationName },
    async run(identity, trace) {
      const result = await executeOperation(host, { ...operation, identity })
      if (result.errors?.length)
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
  options: InMemoryCallerOptions,
): InMemoryCaller {
  return createPresentingCaller(subgraph, { ...options, present: truthfulResult })
}

export interface InMemoryCallerOptions {
  readonly log: Logger
  readonly spans?: OperationSpans | undefined
}

/** The same, with results as the caller wants to read them; those of shared events are presented once. */
export function createPresentingCaller<Result extends WithErrors>(
  subgraph: Subgraph,
  {
    log,
    spans,
    present,
  }: InMemoryCallerOptions & { readonly present: (result: ExecutionResult) => Result },
): InMemoryCaller<Result> {
  const host = { subgraph, log, present, sharedEvents: new SharedEvents<Result>() }
  return {
    async execute(operation) {
      operation.signal.throwIfAborted()
      const work = spans
        ? traceOperation(operation, host, spans)
        : executeOperation(host, operation)
      return work instanceof Promise ? await untilAborted(work, operation.signal) : work
    },
    subscribe: (operation) => subscribeToOperation(host, operation),
    cachePolicyOf: createCachePolicies(subgraph.schema),
  }
}
