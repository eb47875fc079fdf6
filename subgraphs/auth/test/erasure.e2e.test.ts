import {
  deletionCancelled,
  deletionScheduled,
  exportReady,
  exportRequested,
  personErasureBegun,
} from '@gravity/shared/events/contracts/users'
import type { EventContract } from '@gravity/shared/events/event-contract'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { settleEvents } from '@gravity/shared/testing/settle-events'
import { tracesOf } from '@gravity/shared/testing/traces'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import {
  arrive,
  login,
  mailAbout,
  mailsTo,
  type Opened,
  refresh,
  register,
  viewerOf,
} from './stories.ts'

let auth: TestSubgraph

beforeAll(async () => {
  auth = await openTestSubgraph(createSubgraph)
})

afterAll(() => auth[Symbol.asyncDispose]())

async function erase(userId: string, { attempt = 1, times = 1 } = {}): Promise<void> {
  const deletionId = auth.platform.newId()
  await deliverEvent(auth.platform, 'auth', {
    contract: personErasureBegun,
    payload: { userId, deletionId, orderedBy: userId },
    aggregateId: deletionId,
    aggregateVersion: attempt,
    times,
  })
  await settleEvents(auth)
}

function answers(name: string, userId: string) {
  return auth.sql<{ payload: object }>(
    `select payload from outbox where name = $1 and payload->>'userId' = $2 order by position`,
    [name, userId],
  )
}

function idOf({ user }: Opened): string {
  return user.id
}

describe('an erasure', () => {
  it('ends the sessions, removes the account, and answers once', async () => {
    const session = await arrive(auth, 'leaving@example.org')
    const sessionId = viewerOf(session).sessionId

    await erase(idOf(session), { times: 2 })

    expect(await refresh(auth, session.refreshToken)).toMatchObject({
      __typename: 'InvalidRefreshToken',
    })
    expect(await login(auth, { email: 'leaving@example.org' })).toMatchObject({
      code: 'INVALID_CREDENTIALS',
    })
    const denied = createSessionDenyList(auth.platform)
    await eventually(async () => expect(await denied.isDenied(sessionId)).toBe(true))
    await denied.close()
    expect(await answers('auth.person-erased.v1', idOf(session))).toHaveLength(1)
  })

  it('leaves nothing but what the audit log says, without the address', async () => {
    const session = await arrive(auth, 'traces@example.org')
    const { viewer } = { viewer: viewerOf(session) }
    await auth.answer(
      `mutation { requestEmailChange(input: { newEmail: "other@example.org", password: "correct horse" }) { __typename } }`,
      { viewer },
    )
    await auth.answer(
      'mutation { requestPasswordReset(input: { email: "traces@example.org" }) { __typename } }',
      { viewer: null },
    )
    await settleEvents(auth)

    await erase(idOf(session))

    expect(await tracesOf(auth, idOf(session))).toEqual([
      'audit_log.account_id',
      'audit_log.actor_id',
    ])
    const log = await auth.sql('select action, detail from audit_log where account_id = $1', [
      idOf(session),
    ])
    expect(log).toContainEqual({ action: 'account-erased', detail: null })
    expect(JSON.stringify(log)).not.toContain('traces@example.org')
    expect(await mailsTo(auth, 'traces@example.org')).toEqual([])
    const events = await auth.sql(
      `select name from outbox where strpos(payload::text, 'traces@example.org') > 0`,
    )
    expect(events).toEqual([])
  })

  it('frees the address for somebody new', async () => {
    const first = await arrive(auth, 'reused@example.org')
    await erase(idOf(first))

    const second = await register(auth, { email: 'reused@example.org' })

    expect(second).toMatchObject({ __typename: 'Session' })
    expect(second).not.toMatchObject({ user: { id: idOf(first) } })
  })

  it('does the same again, and answers again, when it is asked again', async () => {
    const session = await arrive(auth, 'again@example.org')

    await erase(idOf(session), { attempt: 1 })
    await erase(idOf(session), { attempt: 2 })

    expect(await answers('auth.person-erased.v1', idOf(session))).toHaveLength(2)
  })

  it('answers for somebody who has no account', async () => {
    const nobody = auth.platform.newId()

    await erase(nobody)

    expect(await answers('auth.person-erased.v1', nobody)).toHaveLength(1)
  })

  it('waits while nobody else administers', async () => {
    const session = await arrive(auth, 'last-admin@example.org')
    await auth.sql(`insert into account_roles (account_id, role) values ($1, 'admin')`, [
      idOf(session),
    ])

    await erase(idOf(session), { attempt: 1 })
    expect(await login(auth, { email: 'last-admin@example.org' })).toMatchObject({
      __typename: 'Session',
    })
    expect(await answers('auth.person-erased.v1', idOf(session))).toEqual([])

    const heir = await arrive(auth, 'next-admin@example.org')
    await auth.sql(`insert into account_roles (account_id, role) values ($1, 'admin')`, [
      idOf(heir),
    ])
    await erase(idOf(session), { attempt: 2 })
    expect(await answers('auth.person-erased.v1', idOf(session))).toHaveLength(1)
  })

  it('keeps refusing the sessions of who has gone after a restart that has lost the deny-list', async () => {
    const session = await arrive(auth, 'restart@example.org')
    const { sessionId } = viewerOf(session)
    await erase(idOf(session))
    await auth.platform.cache.delete(`session-denied:${sessionId}`)

    await using _restarted = await openTestSubgraph(createSubgraph, { platform: auth.platform })

    const denied = createSessionDenyList(auth.platform)
    expect(await denied.isDenied(sessionId)).toBe(true)
    await denied.close()
  })
})

describe('an export', () => {
  it('gets what auth keeps about the person, without secrets', async () => {
    const session = await arrive(auth, 'export@example.org')
    const exportId = auth.platform.newId()

    await deliverEvent(auth.platform, 'auth', {
      contract: exportRequested,
      payload: { userId: idOf(session), exportId },
      aggregateId: exportId,
      times: 2,
    })
    await settleEvents(auth)

    const parts = await answers('auth.export-part.v1', idOf(session))
    expect(parts).toHaveLength(1)
    expect(parts[0]?.payload).toMatchObject({
      exportId,
      attempt: 1,
      number: 1,
      isLast: true,
      sections: {
        account: [{ email: 'export@example.org', roles: ['customer'] }],
        sessions: [{ id: viewerOf(session).sessionId }],
      },
    })
    expect(JSON.stringify(parts)).not.toMatch(/hash|password|salt/i)
  })
})

describe('a person', () => {
  it.each([
    ['Your data can be fetched', exportReady],
    ['Your account will be deleted', deletionScheduled],
    ['Your account stays', deletionCancelled],
  ])('is told by mail: %s', async (subject, contract) => {
    const email = `${contract.name}@example.org`
    const session = await arrive(auth, email)
    const moment = '2026-12-31T00:00:00.000Z'
    const [id, userId] = [auth.platform.newId(), idOf(session)]

    await deliverEvent(auth.platform, 'auth', {
      contract: contract as EventContract<object>,
      payload: { userId, exportId: id, deletionId: id, expiresAt: moment, dueAt: moment },
      aggregateId: id,
      times: 2,
    })

    const mail = await mailAbout(auth, email, subject)
    if (contract !== deletionCancelled) expect(mail.body).toContain(moment)
    await settleEvents(auth)
    const mails = await mailsTo(auth, email)
    expect(mails.filter((one) => one.subject === subject)).toHaveLength(1)
  })
})
