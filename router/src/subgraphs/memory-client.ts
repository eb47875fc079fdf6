import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import { AnswerAudience } from '@gravity/shared/server/answer-audience'
import { createInMemoryCaller } from '@gravity/shared/server/call-in-memory'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import type { OperationSpans } from '@gravity/shared/telemetry/operation-spans'
import type { FormattedExecutionResult } from 'graphql'
import type {
  SubgraphCall,
  SubgraphClient,
  SubgraphRequest,
  SubgraphResponse,
} from './subgraph-client.ts'

/**
 * The way to a subgraph in this process: its schema is executed with the plan's parsed document, and what it answers is
 * used as it is. Nothing is printed, parsed or serialised, except for representations, which are small.
 */
export function createMemoryClient(
  subgraph: Subgraph,
  options: { readonly log: Logger; readonly spans?: OperationSpans | undefined },
): SubgraphClient {
  const caller = createInMemoryCaller(subgraph, options)
  return {
    async send(request, call) {
      const audience = call.audience ?? new AnswerAudience()
      const response = responseOf(await caller.execute({ ...operationOf(request, call), audience }))
      if (!call.freshness) return response
      const { document, name } = request.operation
      return { ...response, cachePolicy: caller.cachePolicyOf(document, name), audience }
    },
    async subscribe(request, call) {
      const result = await caller.subscribe(operationOf(request, call))
      if (Symbol.asyncIterator in result) return responses(result)
      return responseOf(result)
    },
    async check() {
      const checks = Object.entries(subgraph.checks)
      await Promise.all(
        checks.map(async ([dependency, check]) => {
          try {
            await check()
          } catch (cause) {
            throw unavailable(`${subgraph.name} cannot use ${dependency}`, cause)
          }
        }),
      )
    },
    // The subgraph belongs to whoever opened it.
    close: async () => undefined,
  }
}

function operationOf(
  { operation, variables, representations }: SubgraphRequest,
  { identity, signal, eventKey }: SubgraphCall,
) {
  const values = { ...variables }
  for (const [name, texts] of representations) values[name] = JSON.parse(`[${texts.join()}]`)
  const { document, name: operationName } = operation
  return { document, operationName, variables: values, identity, signal, eventKey }
}

function responseOf({ data, errors }: FormattedExecutionResult): SubgraphResponse {
  return {
    data,
    errors: (errors ?? []).map(({ message, path, extensions }) => ({
      message,
      path,
      extensions: extensions ?? {},
    })),
  }
}

function responses(
  results: AsyncIterator<FormattedExecutionResult, undefined>,
): AsyncIterableIterator<SubgraphResponse, undefined> {
  const step = ({
    done,
    value,
  }: IteratorResult<FormattedExecutionResult, undefined>): IteratorResult<
    SubgraphResponse,
    undefined
  > =>
    done || !value ? { done: true, value: undefined } : { done: false, value: responseOf(value) }
  return {
    next: () => results.next().then(step),
    async return() {
      await results.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function unavailable(message: string, cause: unknown): GravityError {
  return new GravityError('SUBGRAPH_UNAVAILABLE', message, { cause })
}
