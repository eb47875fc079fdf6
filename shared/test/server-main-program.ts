import { runSubgraph } from '../src/server/subgraph-main.ts'
import { createNoticeBoard } from './server-notices.ts'

/** The program that `server-main.e2e.test.ts` starts: what a subgraph's `main.ts` is. */
await runSubgraph(async () => createNoticeBoard().subgraph, { name: 'notices', port: 0 })
