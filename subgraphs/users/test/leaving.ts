import {
  accountDeletionOrdered,
  type personErasedByAuth,
} from '@gravity/shared/events/contracts/auth'
import { personErasureBegun } from '@gravity/shared/events/contracts/users'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { runJob } from '@gravity/shared/testing/run-job'
import { settleEvents } from '@gravity/shared/testing/settle-events'
import type { Viewer } from '@gravity/shared/viewer/viewer'

export interface Result {
  readonly __typename: string
  readonly [field: string]: unknown
}

/** With a sign-in of just now. */
export function freshly({ platform }: TestSubgraph, viewer: Viewer): Viewer {
  const provedAt = Math.floor(platform.now().getTime() / 1_000)
  return { ...viewer, proof: { provedAt, methods: ['pwd'] } }
}

/** What `requestAccountDeletion` answers. */
export async function request(users: TestSubgraph, viewer: Viewer): Promise<Result> {
  const data = await users.answer<{ requestAccountDeletion: Result }>(
    `mutation { requestAccountDeletion {
      __typename ... on AccountDeletion { id status requestedAt dueAt } ... on Problem { code }
    } }`,
    { viewer },
  )
  return data.requestAccountDeletion
}

/** What `cancelAccountDeletion` answers. */
export async function cancel(users: TestSubgraph, viewer: Viewer): Promise<Result> {
  const data = await users.answer<{ cancelAccountDeletion: Result }>(
    `mutation { cancelAccountDeletion {
      __typename ... on AccountDeletionCancelled { deletion { status } } ... on Problem { code }
    } }`,
    { viewer },
  )
  return data.cancelAccountDeletion
}

export async function statusOf(users: TestSubgraph, viewer: Viewer): Promise<string | undefined> {
  const data = await users.answer<{ accountDeletion: { status: string } | null }>(
    '{ accountDeletion { status } }',
    { viewer },
  )
  return data.accountDeletion?.status
}

/** Runs the job that moves deletions on. */
export async function advance(users: TestSubgraph): Promise<void> {
  await runJob(users.platform, 'users', { name: 'advance-deletions' })
  await settleEvents(users)
}

/** An administrator's order, as auth tells it. */
export async function order(
  users: TestSubgraph,
  userId: string,
  { times = 1 } = {},
): Promise<void> {
  const { platform } = users
  await deliverEvent(platform, 'users', {
    contract: accountDeletionOrdered,
    payload: { userId, orderedBy: platform.newId(), orderedAt: platform.now().toISOString() },
    aggregateId: userId,
    times,
  })
  await settleEvents(users)
}

/** The payloads of events that users has told about somebody, the first first. */
export function told({ sql }: TestSubgraph, name: string, userId: string) {
  return sql<{ deletionId: string; version: number }>(
    `select payload->>'deletionId' as "deletionId", aggregate_version::integer as version from outbox
     where name = $1 and payload->>'userId' = $2 order by position`,
    [name, userId],
  )
}

/** A service's word that it has erased the person. */
export async function acknowledge(
  users: TestSubgraph,
  { contract, userId }: { readonly contract: typeof personErasedByAuth; readonly userId: string },
  { times = 1 } = {},
): Promise<void> {
  const { platform } = users
  const [begun] = await told(users, personErasureBegun.name, userId)
  await deliverEvent(platform, 'users', {
    contract,
    payload: { userId, deletionId: begun?.deletionId ?? '' },
    aggregateId: userId,
    times,
  })
  await settleEvents(users)
}

/** What everybody sees of somebody. */
export async function shown(users: TestSubgraph, id: string): Promise<object | null> {
  const data = await users.answer<{ user: object | null }>(
    `query ($id: ID!) { user(id: $id) { username displayName bio avatarUrl isDeleted isVerified links { url } } }`,
    { variables: { id } },
  )
  return data.user
}
