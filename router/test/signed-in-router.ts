import { createMemoryCache } from '@gravity/shared/cache/memory-cache'
import { createMemoryPubSub } from '@gravity/shared/pubsub/memory-pubsub'
import {
  createSessionDenyList,
  type SessionDenyList,
} from '@gravity/shared/viewer/session-deny-list'
import { readRouterConfig } from '../src/config.ts'
import type { SocketLimits } from '../src/transport/graphql-socket.ts'
import { type RunningRouter, startRouter } from './running-router.ts'
import { createTestKey, type TestKey, TestKeySource } from './test-tokens.ts'

/** A router over the fixture graph, with a key whose tokens it accepts and sessions that can be ended. */
export interface SignedInRouter {
  readonly router: RunningRouter
  readonly key: TestKey
  readonly sessions: SessionDenyList
  stop(): Promise<void>
}

export async function startSignedInRouter(
  limits: Partial<SocketLimits> = {},
): Promise<SignedInRouter> {
  const key = await createTestKey()
  const sessions = createSessionDenyList({
    cache: createMemoryCache(),
    pubsub: createMemoryPubSub(),
  })
  const { socketLimits } = readRouterConfig({ NODE_ENV: 'test' })
  const router = await startRouter({
    keySource: new TestKeySource(key).read,
    sessions,
    config: { socketLimits: { ...socketLimits, ...limits } },
  })
  return {
    router,
    key,
    sessions,
    async stop() {
      await router.stop()
      await sessions.close()
    },
  }
}
