import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import { AnswerAudience } from '@gravity/shared/server/answer-audience'
import { createPresentingCaller } from '@gravity/shared/server/call-in-memory'
import type { Subgraph } from '@gravity/shared/server/subgraph'
import { truthfulResult } from '@gravity/shared/server/truthful-errors'
import type { OperationSpans } from '@gravity/shared/telemetry/operation-spans'
import type { ExecutionResult } from 'graphql'
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
  const caller = createPresentingCaller(subgraph, { ...options, present: responseOf })
  return {
    async send(request, call) {
      const audience = call.audience ?? new AnswerAudience()
      const response = await caller.execute({ ...operationOf(request, call), audience })
      if (!call.freshness) return response
      const { document, name } = request.operation
      return { ...response, cachePolicy: caller.cachePolicyOf(document, name), audience }
    },
    subscribe: (request, call) => caller.subscribe(operationOf(request, call)),
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

function responseOf(result: ExecutionResult): SubgraphResponse {
  const { data, errors } = truthfulResult(result)
  return {
    data,
    errors: (errors ?? []).map(({ message, path, extensions }) => ({
      message,
      path,
      extensions: extensions ?? {},
    })),
  }
}

function unavailable(message: string, cause: unknown): GravityError {
  return new GravityError('SUBGRAPH_UNAVAILABLE', message, { cause })
}
