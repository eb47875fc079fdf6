// The router as it runs in front of the platform, over one subgraph in the same process that answers from memory.
import { readRouterConfig } from '@gravity/router/config'
import { openRouter } from '@gravity/router/open-router'
import { createMemoryClient } from '@gravity/router/subgraphs/memory-client'
import { composedSource } from '@gravity/router/supergraph/composed-source'
import { createLogger } from '@gravity/shared/log/logger'
import { createMemoryRateLimits } from '@gravity/shared/rate-limit/memory-rate-limits'
import { buildSubgraph } from '@gravity/shared/server/build-subgraph'
import { viewerIndependentFields } from '@gravity/shared/server/viewer-independence'
import { answerCommands } from '../processes.ts'
import { Topic } from './topic.ts'

export interface Remark {
  readonly sequence: number
  readonly body: string
  readonly author: Person
}

export interface Person {
  readonly id: string
  readonly username: string
  readonly displayName: string
}

export interface MemoryRouterCommands {
  /** Starts to listen; `Query.me` answers this person. Returns the address. */
  serve(me: Person): Promise<string>
  /** Says something to everybody who is subscribed. */
  publish(remark: Remark): void
}

const topic = new Topic<{ readonly said: Remark }>()

answerCommands<MemoryRouterCommands>({
  async serve(me) {
    const log = createLogger({ name: 'bench', level: 'warn', format: 'pretty' })
    const subgraph = buildSubgraph({
      name: 'memory',
      sdlFile: new URL('memory-subgraph.graphql', import.meta.url),
      resolvers: {
        Query: { me: () => me },
        Subscription: { said: { subscribe: () => topic.listen() } },
        User: { __resolveReference: () => me },
      },
      createContext: () => ({}),
    })
    const router = await openRouter({
      config: readRouterConfig({ ...process.env, PORT: '0' }),
      source: composedSource([subgraph]),
      openClient: () => createMemoryClient(subgraph, { log }),
      viewerIndependentFields: viewerIndependentFields([subgraph.sdl]),
      rateLimits: createMemoryRateLimits(),
      log,
    })
    return router.start()
  },
  publish(remark) {
    topic.publish({ said: remark })
  },
})
