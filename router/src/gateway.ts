import { randomUUID } from 'node:crypto'
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { ServedGraph } from './create-graph.ts'

export interface GatewayOptions {
  /** Who is asking, by Apollo Server's `contextValue`; an anonymous stranger by default. */
  readonly identityOf?: (context: unknown) => RequestIdentity
  /** Aborted when the client has gone, by Apollo Server's `contextValue`. */
  readonly signalOf?: (context: unknown) => AbortSignal
}

/**
 * A graph in the form of a gateway that a stock Apollo Server 5 runs on: `new ApolloServer({ gateway })`. Apollo Server
 * parses the answer's text again, which is why the router's own endpoint does not go this way.
 */
export function createGateway(graph: ServedGraph, options: GatewayOptions = {}): GatewayInterface {
  const unsubscribers = new Set<() => void>()
  return {
    async load() {
      return { executor: (context) => execute(graph, context, options) }
    },
    onSchemaLoadOrUpdate(callback) {
      const announce = (): void =>
        callback({ apiSchema: graph.apiSchema(), coreSupergraphSdl: graph.supergraphSdl() })
      const unsubscribe = graph.onSchemaChange(announce)
      unsubscribers.add(unsubscribe)
      announce()
      return unsubscribe
    },
    async stop() {
      for (const unsubscribe of unsubscribers) unsubscribe()
      await graph.stop()
    },
  }
}

async function execute(
  graph: ServedGraph,
  { source, operationName, request, context }: GatewayGraphQLRequestContext,
  options: GatewayOptions,
): Promise<GatewayExecutionResult> {
  const { variables = {}, extensions } = request
  const name = operationName ?? undefined
  const prepared = await graph.prepare({
    query: source,
    operationName: name,
    variables,
    extensions,
  })
  if ('errors' in prepared) return { errors: prepared.errors.map(asGraphQLError) }
  const result = await graph.execute(prepared, {
    identity: options.identityOf?.(context) ?? anonymousIdentity(),
    signal: options.signalOf?.(context) ?? new AbortController().signal,
    variables,
  })
  const { data, errors } = JSON.parse(result.body)
  return {
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map(asGraphQLError) }),
  }
}

function asGraphQLError(error: GraphQLFormattedError): GraphQLError {
  const { message, path, extensions } = error
  return new GraphQLError(message, { path: path ?? null, extensions: extensions ?? null })
}

function anonymousIdentity(): RequestIdentity {
  const requestId = randomUUID()
  return { viewer: null, requestId, traceparent: createTraceparent(), clientAddress: null }
}
