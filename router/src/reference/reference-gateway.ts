import type { ApolloGateway, GraphQLDataSource } from '@apollo/gateway'
import type { GatewayGraphQLRequest } from '@apollo/server-gateway-interface'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import { type GraphQLFormattedError, Kind, OperationTypeNode, parse } from 'graphql'
import { representationsVariable } from '../execution/subgraph-document.ts'
import type { OpenClient } from '../subgraphs/client-pool.ts'
import type {
  SubgraphClient,
  SubgraphError,
  SubgraphRequest,
} from '../subgraphs/subgraph-client.ts'
import { disableApolloTelemetry } from './config.ts'

export interface ReferenceGatewayOptions {
  readonly supergraphSdl: string
  readonly openClient: OpenClient
  /** Who is asking, by Apollo Server's `contextValue`. */
  readonly identityOf: (context: unknown) => RequestIdentity
}

/**
 * The stock Apollo gateway over the same subgraphs, for comparison: the same plans, executed by Apollo. It cannot load
 * a supergraph with access directives or contexts, and answers no subscriptions.
 */
export async function createReferenceGateway(
  options: ReferenceGatewayOptions,
): Promise<ApolloGateway> {
  disableApolloTelemetry()
  // Loading the package takes most of a second and tens of megabytes; serving without it needs neither.
  const { ApolloGateway } = await import('@apollo/gateway')
  return new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name, url }) =>
      clientDataSource(options.openClient(name, url ?? ''), options.identityOf),
  })
}

/** A subgraph client in the form that the Apollo gateway calls. */
function clientDataSource(
  client: SubgraphClient,
  identityOf: ReferenceGatewayOptions['identityOf'],
): GraphQLDataSource {
  return {
    async process({ request, context }) {
      const { data, errors } = await client.send(subgraphRequest(request), {
        identity: identityOf(context),
        signal: new AbortController().signal,
      })
      return { data: data ?? null, ...(errors.length > 0 && { errors: errors.map(formatError) }) }
    },
  }
}

function subgraphRequest({
  query = '',
  operationName,
  variables = {},
}: GatewayGraphQLRequest): SubgraphRequest {
  const { [representationsVariable]: entities, ...others } = variables
  const document = parse(query, { noLocation: true })
  const [definition] = document.definitions
  const kind =
    definition?.kind === Kind.OPERATION_DEFINITION ? definition.operation : OperationTypeNode.QUERY
  return {
    operation: { kind, name: operationName, text: query, document },
    variables: others,
    representations: representationsOf(entities),
  }
}

function representationsOf(entities: unknown): ReadonlyMap<string, readonly string[]> {
  if (!Array.isArray(entities)) return new Map()
  return new Map([[representationsVariable, entities.map((entity) => JSON.stringify(entity))]])
}

function formatError({ message, path, extensions }: SubgraphError): GraphQLFormattedError {
  return { message, extensions, ...(path && { path }) }
}
