import { runSubgraph } from '@gravity/shared/server/subgraph-main'
import { createSubgraph } from './subgraph.ts'

await runSubgraph(createSubgraph, { name: 'chat', port: 8012 })
