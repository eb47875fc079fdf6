import { demoPassword } from '@gravity/shared/demo/demo-people'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { asOpened, login, viewerOf } from './stories.ts'

/** Somebody who may administer accounts, in a subgraph with the demo data. */
export async function administratorOf(auth: TestSubgraph): Promise<Viewer> {
  const session = await login(auth, { email: 'admin@gravity.local', password: demoPassword })
  const scopes = ['auth:read', 'auth:manage', 'auth:impersonate']
  return { ...viewerOf(asOpened(session)), scopes }
}

export interface AuditEntry {
  readonly action: string
  readonly detail: string | null
  readonly actor: { readonly id: string }
}

/** What was done to an account, the latest first. */
export async function auditOf(
  auth: TestSubgraph,
  viewer: Viewer,
  userId: string,
): Promise<AuditEntry[]> {
  const { auditLog } = await auth.answer<{ auditLog: { nodes: AuditEntry[] } }>(
    'query ($userId: ID!) { auditLog(userId: $userId) { nodes { action detail actor { id } user { id } } } }',
    { viewer, variables: { userId } },
  )
  return auditLog.nodes
}
