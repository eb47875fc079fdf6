import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { advance, cancel, freshly, order, request, statusOf } from './leaving.ts'
import { aPerson } from './people.ts'

let platform: TestPlatform
let users: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  users = opened
  platform = on
})

const dayMs = 24 * 60 * 60 * 1_000

describe('requestAccountDeletion', () => {
  it('schedules the deletion for when the grace is over, once', async () => {
    const viewer = freshly(users, (await aPerson(users, 'Leaving')).viewer)

    const first = await request(users, viewer)
    expect(first).toMatchObject({ __typename: 'AccountDeletion', status: 'SCHEDULED' })
    const grace = Date.parse(String(first['dueAt'])) - Date.parse(String(first['requestedAt']))
    expect(grace).toBe(30 * dayMs)
    expect(await request(users, viewer)).toEqual(first)
    await advance(users)
    expect(await statusOf(users, viewer)).toBe('SCHEDULED')
  })

  it('asks for a sign-in of the last minutes', async () => {
    const { viewer } = await aPerson(users, 'Stale')

    expect(await request(users, viewer)).toMatchObject({ __typename: 'RecentSignInRequired' })
    const provedAt = Math.floor(platform.now().getTime() / 1_000) - 16 * 60
    const stale = { ...viewer, proof: { provedAt, methods: ['pwd'] } }
    expect(await request(users, stale)).toMatchObject({ code: 'RECENT_SIGN_IN_REQUIRED' })
  })

  it('is not for whoever administers accounts', async () => {
    const { viewer } = await aPerson(users, 'Root')

    expect(
      await request(users, freshly(users, { ...viewer, scopes: ['auth:manage'] })),
    ).toMatchObject({
      __typename: 'AdministratorStays',
    })
  })

  it.each([{ clientId: 'a program' }, { impersonatedBy: 'an administrator' }])(
    'is not for %j',
    async (actor) => {
      const { viewer } = await aPerson(users, 'Somebody')

      const { errors } = await users.ask('mutation { requestAccountDeletion { __typename } }', {
        viewer: freshly(users, { ...viewer, scopes: ['users:write'], ...actor }),
      })

      expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
    },
  )
})

describe('cancelAccountDeletion', () => {
  it('takes the wish back, twice if need be, after which it can be made again', async () => {
    const viewer = freshly(users, (await aPerson(users, 'Wavering')).viewer)
    await request(users, viewer)

    const cancelled = { __typename: 'AccountDeletionCancelled', deletion: { status: 'CANCELLED' } }
    expect(await cancel(users, viewer)).toEqual(cancelled)
    expect(await cancel(users, viewer)).toEqual(cancelled)
    expect(await request(users, viewer)).toMatchObject({ status: 'SCHEDULED' })
  })

  it('does nothing without a wish', async () => {
    const { viewer } = await aPerson(users, 'Content')

    expect(await cancel(users, viewer)).toEqual({
      __typename: 'AccountDeletionCancelled',
      deletion: null,
    })
  })

  it('is too late once the deletion has begun', async () => {
    const { viewer } = await aPerson(users, 'Late')
    await order(users, viewer.userId)

    expect(await cancel(users, viewer)).toMatchObject({ code: 'DELETION_BEGUN' })
    expect(await request(users, freshly(users, viewer))).toMatchObject({ code: 'DELETION_BEGUN' })
  })
})

describe('openAccountDeletions', () => {
  it('is for operators', async () => {
    const { errors } = await users.ask('{ openAccountDeletions { id } }')

    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
  })
})
