import type { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from '@gravity/shared/log/logger'
import type {
  SubgraphCall,
  SubgraphClient,
  SubgraphRequest,
  SubgraphResponse,
} from '../subgraphs/subgraph-client.ts'
import { type BeginHook, Endings } from './endings.ts'
import type {
  OperationOutcome,
  PluginEvent,
  PluginSubgraphCall,
  SubgraphCallOutcome,
} from './plugin.ts'
import type { OperationScope } from './request-scope.ts'
import type { Current } from './watch-graph.ts'

export interface WatchedClientOptions {
  readonly current: AsyncLocalStorage<Current>
  readonly onSubgraphCall: BeginHook<PluginSubgraphCall, SubgraphCallOutcome> | undefined
  readonly onEvent: BeginHook<PluginEvent, OperationOutcome> | undefined
  readonly addsSubgraphHeaders: boolean
  readonly log: Logger
}

/** Which subgraph is called, and where. */
export interface SubgraphPlace {
  readonly subgraph: string
  readonly url: string
}

/** The way to a subgraph, whose calls are noted and shown to plugins, as far as they belong to an operation. */
export function watchClient(
  client: SubgraphClient,
  place: SubgraphPlace,
  options: WatchedClientOptions,
): SubgraphClient {
  const { current, onSubgraphCall, addsSubgraphHeaders, log } = options

  const begin = async <T>(
    request: SubgraphRequest,
    call: SubgraphCall,
    send: (call: SubgraphCall) => Promise<T>,
  ): Promise<T> => {
    const operation = current.getStore()?.operation
    if (!operation) return send(call)
    operation.request.subgraphCalls += 1
    if (!onSubgraphCall) return send(call)
    const watched = new WatchedCall({ ...place, request, call, operation, addsSubgraphHeaders })
    const endings = new Endings<SubgraphCallOutcome>(log)
    try {
      const begun = onSubgraphCall(watched, endings)
      if (begun) await begun
      const answer = await send(watched.call())
      endings.run({ ...watched.ending(), response: isResponse(answer) ? answer : undefined })
      return answer
    } catch (error) {
      endings.run({ ...watched.ending(), error })
      throw error
    }
  }
  return {
    ...client,
    send: (request, call) =>
      begin(request, call, async (watched) => {
        const response = await client.send(request, watched)
        // Caches know nothing of what a plugin adds.
        return watched.addedHeaders ? { ...response, cachePolicy: undefined } : response
      }),
    async subscribe(request, call) {
      const operation = current.getStore()?.operation
      const source = await begin(request, call, (watched) => client.subscribe(request, watched))
      if (!operation || !(Symbol.asyncIterator in source)) return source
      return watchEvents(source, operation, options)
    },
  }
}

function isResponse(answer: unknown): answer is SubgraphResponse {
  return typeof answer === 'object' && answer !== null && 'errors' in answer
}

interface CallFacts extends SubgraphPlace {
  readonly request: SubgraphRequest
  readonly call: SubgraphCall
  readonly operation: OperationScope
  readonly addsSubgraphHeaders: boolean
}

class WatchedCall implements PluginSubgraphCall {
  readonly operation: OperationScope
  readonly subgraph: string
  readonly url: string
  readonly request: SubgraphRequest
  traceparent: string
  readonly #call: SubgraphCall
  readonly #addsHeaders: boolean
  #headers: Record<string, string> | undefined
  #status: number | undefined

  constructor({ subgraph, url, request, call, operation, addsSubgraphHeaders }: CallFacts) {
    this.subgraph = subgraph
    this.url = url
    this.#addsHeaders = addsSubgraphHeaders
    this.request = request
    this.operation = operation
    this.traceparent = (operation.event ?? operation).traceparent
    this.#call = call
  }

  get representations(): number {
    let count = 0
    for (const texts of this.request.representations.values()) count += texts.length
    return count
  }

  continueTrace(traceparent: string): void {
    this.traceparent = traceparent
  }

  setHeader(name: string, value: string): void {
    if (!this.#addsHeaders)
      throw new Error('Only a plugin with addsSubgraphHeaders may add headers')
    this.#headers ??= {}
    this.#headers[name.toLowerCase()] = value
  }

  /** The call as it is to be made. */
  call(): SubgraphCall {
    const identity = { ...this.#call.identity, traceparent: this.traceparent }
    const onStatus = (status: number): void => {
      this.#status = status
    }
    return { ...this.#call, identity, addedHeaders: this.#headers, onStatus }
  }

  ending(): SubgraphCallOutcome {
    const isCancelled = this.#call.signal.aborted
    return { response: undefined, error: undefined, status: this.#status, isCancelled }
  }
}

/** Shows each event to the plugins before the plan completes it. */
function watchEvents(
  source: AsyncIterable<SubgraphResponse>,
  operation: OperationScope,
  { onEvent, log }: WatchedClientOptions,
): AsyncIterable<SubgraphResponse> {
  if (!onEvent) return source
  const begin = async (): Promise<void> => {
    const event = operation.beginEvent()
    try {
      await onEvent(event, event.endings)
    } catch (err) {
      log.error({ err }, 'A plugin failed.')
    }
  }
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]()
      return {
        async next() {
          const step = await iterator.next()
          if (!step.done) await begin()
          return step
        },
        async return() {
          return (await iterator.return?.()) ?? { done: true, value: undefined }
        },
      }
    },
  }
}
