import type { CreateSubgraph } from '@gravity/shared/server/subgraph'

export interface SubgraphEntry {
  readonly name: string
  readonly load: () => Promise<{ readonly createSubgraph: CreateSubgraph }>
}

/** Every subgraph of the platform. A new one is one more line. */
export const subgraphList: readonly SubgraphEntry[] = [
  { name: 'auth', load: () => import('@gravity/auth/subgraph') },
  { name: 'users', load: () => import('@gravity/users/subgraph') },
  { name: 'chat', load: () => import('@gravity/chat/subgraph') },
]
