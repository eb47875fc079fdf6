import type { AsyncLocalStorage } from 'node:async_hooks'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { AnswerInParts, Graph, GraphCall, GraphResult, PreparedOperation } from '../graph.ts'
import { HttpRefusal, refusalFor, toGraphqlError } from '../transport/http-refusal.ts'
import type { BeginHook } from './endings.ts'
import type { OperationOutcome, PluginOperation } from './plugin.ts'
import { OperationScope, type RequestScope } from './request-scope.ts'

/** What is being served now, wherever the code that asks was called from. */
export interface Current {
  readonly request: RequestScope
  readonly operation: OperationScope | undefined
}

export interface WatchedGraphOptions {
  readonly graph: Graph
  readonly current: AsyncLocalStorage<Current>
  readonly onOperation: BeginHook<PluginOperation, OperationOutcome> | undefined
  readonly log: Logger
}

/** A graph whose operations are noted and shown to plugins, as far as they belong to a request that is watched. */
export function watchGraph(options: WatchedGraphOptions): Graph {
  const { graph, current } = options
  return {
    ...graph,
    async prepare(request) {
      const prepared = await graph.prepare(request)
      if ('errors' in prepared) current.getStore()?.request.noteErrors(prepared.errors)
      return prepared
    },
    async execute(prepared, call) {
      const watched = watch(prepared, call, options)
      if (!watched) return graph.execute(prepared, call)
      const refusal = await watched.begin()
      return endWith(
        refusal ?? (await answered(watched, () => graph.execute(prepared, call))),
        watched,
      )
    },
    async executeInParts(prepared, call) {
      const watched = watch(prepared, call, options)
      if (!watched) return graph.executeInParts(prepared, call)
      const refusal = await watched.begin()
      const answer =
        refusal ?? (await answered(watched, () => graph.executeInParts(prepared, call)))
      return 'body' in answer ? endWith(answer, watched) : watchParts(answer, watched)
    },
    async subscribe(prepared, call) {
      const watched = watch(prepared, call, options)
      if (!watched) return graph.subscribe(prepared, call)
      const refusal = await watched.begin()
      const outcome = refusal ?? (await answered(watched, () => graph.subscribe(prepared, call)))
      if ('body' in outcome) return endWith(outcome, watched)
      call.signal.addEventListener('abort', () => watched.operation.end(), { once: true })
      return watchStream(outcome, watched)
    },
  }
}

/** An operation between its hooks. */
interface Watched {
  readonly operation: OperationScope
  /** Asks the plugins; resolves to the refusal, if there is one. */
  begin(): Promise<GraphResult | undefined>
  /** Runs what belongs to the operation. */
  enter<T>(work: () => T): T
}

/** Undefined for an operation of no request that is watched. */
function watch(
  prepared: PreparedOperation,
  call: GraphCall,
  { current, onOperation, log }: WatchedGraphOptions,
): Watched | undefined {
  const request = current.getStore()?.request
  if (!request) return undefined
  const operation = new OperationScope(prepared, call, { request, log })
  return {
    operation,
    async begin() {
      try {
        await onOperation?.(operation, operation.endings)
        return undefined
      } catch (error) {
        return refusedBy(error, call, log)
      }
    },
    enter: (work) => current.run({ request, operation }, work),
  }
}

/** The answer to an operation, which has ended when it is refused instead, for coming too often for instance. */
async function answered<T>({ operation, enter }: Watched, work: () => Promise<T>): Promise<T> {
  try {
    return await enter(work)
  } catch (error) {
    const code =
      error instanceof HttpRefusal || error instanceof GravityError ? error.code : undefined
    operation.note([{ message: 'The operation was refused.', extensions: { code } }])
    operation.end()
    throw error
  }
}

function endWith(result: GraphResult, { operation }: Watched): GraphResult {
  const extended = operation.result(result)
  operation.end()
  return extended
}

function refusedBy(error: unknown, { identity }: GraphCall, log: Logger): GraphResult {
  const { requestId } = identity
  const errors = [toGraphqlError(refusalFor(error, requestId, log), requestId)]
  return { errors, refused: true, body: JSON.stringify({ errors }) }
}

function watchParts(answer: AnswerInParts, watched: Watched): AnswerInParts {
  const { operation } = watched
  const end = (): void => operation.end()
  answer.ended.addEventListener('abort', end, { once: true })
  return {
    ...answer,
    first: operation.result(answer.first),
    deliveries: within(answer.deliveries, watched, (delivery) => {
      for (const { errors } of delivery.delivered) operation.note(errors)
      return delivery
    }),
  }
}

function watchStream(
  results: AsyncIterable<GraphResult>,
  watched: Watched,
): AsyncIterable<GraphResult> {
  const { operation } = watched
  return within(results, watched, (result) => {
    operation.endEvent(result.errors)
    return operation.result(result)
  })
}

/** The same values, pulled within the operation, because whoever pulls them may be somewhere else. */
function within<T>(
  values: AsyncIterable<T>,
  { operation, enter }: Watched,
  note: (value: T) => T,
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = values[Symbol.asyncIterator]()
      return {
        async next() {
          const step = await enter(() => iterator.next())
          if (!step.done) return { done: false, value: note(step.value) }
          operation.end()
          return step
        },
        async return() {
          operation.end()
          return (await iterator.return?.()) ?? { done: true, value: undefined }
        },
      }
    },
  }
}
