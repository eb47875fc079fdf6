import { ApolloServer } from '@apollo/server'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { createReferenceGateway } from '../../src/reference/reference-gateway.ts'
import { anIdentity, memoryClients } from '../execution-graph.ts'
import type { FuzzedGraph } from './fuzz-graph.ts'

/** The same graph, answered by the stock gateway. */
export async function withStockGateway(graph: FuzzedGraph): Promise<FuzzedGraph> {
  const { supergraphSdl, subgraphs } = graph
  const openClient = memoryClients(subgraphs)
  const identityOf = () => anIdentity()
  const gateway = await createReferenceGateway({ supergraphSdl, openClient, identityOf })
  const server = new ApolloServer({ gateway, logger: silentLog })
  return {
    ...graph,
    async answer({ query, variables }) {
      const { body } = await server.executeOperation({ query, variables })
      if (body.kind !== 'single') throw new Error('Expected a single result')
      return JSON.parse(JSON.stringify(body.singleResult))
    },
    stop: () => server.stop(),
  }
}
