import { fileURLToPath } from 'node:url'
import { runUntilStopped } from '@gravity/shared/server/run-until-stopped'
import { readRouterArguments, readSubgraphAddresses } from './config.ts'
import { serveSubgraphs } from './serve-subgraphs.ts'
import { serveSupergraph } from './serve-supergraph.ts'

const committedSupergraph = fileURLToPath(
  new URL('../../schema/supergraph.graphql', import.meta.url),
)

await runUntilStopped('The router', async () => {
  const { supergraphFile, port } = readRouterArguments()
  return supergraphFile === undefined
    ? serveSubgraphs({ supergraphFile: committedSupergraph, subgraphs: readSubgraphAddresses() })
    : serveSupergraph({ supergraphFile, port })
})
