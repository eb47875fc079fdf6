import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
} from 'graphql'
import type { ExecutionRequest } from '../execution/compiled-executor.ts'
import { isPromise } from '../execution/execution.ts'
import type { Logger } from '../log/logger.ts'
import type { RequestIdentity } from '../viewer/viewer.ts'
import { AnswerAudience } from './answer-audience.ts'
import { openResultStream, type ResultStream } from './result-stream.ts'
import type { SharedEvents } from './shared-events.ts'
import type { Subgraph } from './subgraph.ts'
import { logFaults } from './truthful-errors.ts'

/** One operation of one request, parsed and valid against the subgraph's schema. */
export interface SubgraphOperation {
  readonly document: DocumentNode
  readonly operationName?: string | undefined
  readonly variables?: Readonly<Record<string, unknown>> | undefined
  readonly identity: RequestIdentity
  /** Aborted when the answer is not wanted any more; resolvers see it in their context. */
  readonly signal: AbortSignal
  /**
   * For a subscription whose answers do not depend on the viewer: operations with equal keys receive one result object
   * per event, which was executed once. Whoever sends the key decides whether the result may be changed.
   */
  readonly eventKey?: string | undefined
  /** Told for whom the answer is. */
  readonly audience?: AnswerAudience | undefined
}

/** Where operations run and what becomes of their results. */
export interface OperationHost<Result> {
  readonly subgraph: Subgraph
  /** Receives the faults that resolvers did not mean to tell. */
  readonly log: Logger
  /** Turns what graphql-js answered into what the caller reads. */
  readonly present: (result: ExecutionResult) => Result
  /** Where the results of events with a key are kept; without it nothing is shared. */
  readonly sharedEvents?: SharedEvents<Result>
}

function executionRequest(
  subgraph: Subgraph,
  operation: SubgraphOperation,
  rootValue?: unknown,
): ExecutionRequest {
  const { document, operationName, variables, identity, signal } = operation
  const audience = operation.audience ?? new AnswerAudience()
  return {
    document,
    operationName,
    variableValues: variables,
    contextValue: subgraph.createContext({ identity, signal, audience }),
    rootValue,
  }
}

/** What was thrown outside of any field, such as by `createContext` or by the source of a subscription. */
export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  const originalError = error instanceof Error ? error : new Error(String(error), { cause: error })
  return new GraphQLError(originalError.message, { originalError })
}

function present<Result>(
  result: ExecutionResult,
  operation: SubgraphOperation,
  host: OperationHost<Result>,
): Result {
  const { identity, signal } = operation
  logFaults(result.errors ?? [], { subgraph: host.subgraph.name, identity, signal }, host.log)
  return host.present(result)
}

function presentFailure<Result>(
  error: unknown,
  operation: SubgraphOperation,
  host: OperationHost<Result>,
): Result {
  return present({ errors: [asGraphQLError(error)] }, operation, host)
}

function run<Result>(
  host: OperationHost<Result>,
  operation: SubgraphOperation,
  rootValue?: unknown,
): Result | Promise<Result> {
  const fail = (error: unknown): Result => presentFailure(error, operation, host)
  try {
    const result = host.subgraph.execute(executionRequest(host.subgraph, operation, rootValue))
    if (!isPromise(result)) return present(result, operation, host)
    return Promise.resolve(result)
      .then((settled) => present(settled, operation, host))
      .catch(fail)
  } catch (error) {
    return fail(error)
  }
}

/**
 * Executes a query or mutation; at once when none of its resolvers waits for anything. Every failure, that of
 * `createContext` included, is an error in the result.
 */
export function executeOperation<Result>(
  host: OperationHost<Result>,
  operation: SubgraphOperation,
): Result | Promise<Result> {
  return run(host, operation)
}

function runEvent<Result>(
  host: OperationHost<Result>,
  operation: SubgraphOperation,
  event: unknown,
): Result | Promise<Result> {
  const { sharedEvents } = host
  const { eventKey } = operation
  if (!sharedEvents || eventKey === undefined || typeof event !== 'object' || event === null) {
    return run(host, operation, event)
  }
  return sharedEvents.once(event, eventKey, {
    userId: operation.identity.viewer?.userId ?? null,
    work(audience) {
      // The first subscriber may leave while the others still wait.
      const { signal } = new AbortController()
      return run(host, { ...operation, signal, audience }, event)
    },
  })
}

/**
 * Starts a subscription: a result when it was refused, a stream otherwise. Every event is executed with a context of
 * its own, so that loaders never answer with what an earlier event has seen. When the operation's signal aborts or the
 * stream is returned, the resolvers' signal aborts and the source is closed, also when it opens only afterwards.
 */
export async function subscribeToOperation<Result extends object>(
  host: OperationHost<Result>,
  operation: SubgraphOperation,
): Promise<Result | ResultStream<Result>> {
  const controller = new AbortController()
  const live = { ...operation, signal: controller.signal }
  const stop = (): void => controller.abort(operation.signal.reason)
  if (operation.signal.aborted) stop()
  else operation.signal.addEventListener('abort', stop, { signal: controller.signal })

  const refused = (refusal: Result): Result => {
    controller.abort()
    return refusal
  }
  try {
    const source = await createSourceEventStream({
      schema: host.subgraph.schema,
      ...executionRequest(host.subgraph, live),
    })
    if (!(Symbol.asyncIterator in source)) return refused(present(source, live, host))
    return openResultStream({
      source,
      controller,
      resultOf: (event) => runEvent(host, live, event),
      failureOf: (error) => presentFailure(error, live, host),
    })
  } catch (error) {
    return refused(presentFailure(error, live, host))
  }
}
