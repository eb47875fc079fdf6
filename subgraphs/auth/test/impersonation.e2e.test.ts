import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { createTestPlatform, type TestPlatform } from '@gravity/shared/testing/test-platform'
import { createSessionDenyList } from '@gravity/shared/viewer/session-deny-list'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { createSubgraph } from '../src/subgraph.ts'
import { administratorOf, auditOf } from './administrator.ts'
import { arrive, asOpened, login, mutate, type Opened, refresh, viewerOf } from './stories.ts'

let platform: TestPlatform
let auth: TestSubgraph
let admin: Viewer

beforeAll(async () => {
  platform = await createTestPlatform()
  auth = await openTestSubgraph(createSubgraph, { platform, seed: 'demo' })
  admin = await administratorOf(auth)
})

afterAll(async () => {
  await auth[Symbol.asyncDispose]()
  await platform.close()
})

interface Begun {
  readonly __typename: string
  readonly code?: string
  readonly accessToken?: string
  readonly accessTokenExpiresAt?: string
}

async function impersonate(
  userId: string,
  { viewer = admin, reason = 'ticket 17' }: { viewer?: Viewer; reason?: string } = {},
): Promise<Begun> {
  const { impersonate } = await auth.answer<{ impersonate: Begun }>(
    `mutation ($input: ImpersonateInput!) {
      impersonate(input: $input) {
        __typename ... on Impersonation { accessToken accessTokenExpiresAt user { id } } ... on Problem { code }
      }
    }`,
    { viewer, variables: { input: { userId, reason } } },
  )
  return impersonate
}

/** The viewer that the router makes of an impersonation's token. */
async function actsAs(person: Opened): Promise<Viewer> {
  const { accessToken = '' } = await impersonate(person.user.id)
  const { act, sid } = decodeJwt<{ act: { sub: string }; sid: string }>(accessToken)
  return { ...viewerOf(person), sessionId: sid, impersonatedBy: act.sub }
}

async function isDenied({ sessionId }: Viewer): Promise<boolean> {
  const denials = createSessionDenyList(platform)
  const denied = await denials.isDenied(sessionId)
  await denials.close()
  return denied
}

const endImpersonation = 'mutation { endImpersonation { __typename } }'

describe('impersonate', () => {
  it('gives a short session as somebody else that names who acts', async () => {
    const person = await arrive(auth, 'helped@example.org')

    const { accessToken = '', ...begun } = await impersonate(person.user.id.toUpperCase())

    expect(begun).toMatchObject({ __typename: 'Impersonation', user: { id: person.user.id } })
    const claims = decodeJwt(accessToken)
    expect(claims).toMatchObject({
      sub: person.user.id,
      act: { sub: admin.userId },
      roles: ['customer'],
      scope: '',
    })
    // What asks for a recent proof of the person gets none.
    expect(claims).not.toHaveProperty('auth_time')
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(15 * 60)
    expect(Date.parse(begun.accessTokenExpiresAt ?? '')).toBe((claims.exp ?? 0) * 1_000)
  })

  it('stands among the sessions of the person, and they can end it', async () => {
    const person = await arrive(auth, 'watched@example.org')
    const acting = await actsAs(person)
    const list = '{ sessions { id userAgent network impersonatedBy { id } } }'

    const { sessions } = await auth.answer<{ sessions: unknown }>(list, {
      viewer: viewerOf(person),
    })

    expect(sessions).toEqual([
      {
        id: acting.sessionId,
        userAgent: null,
        network: null,
        impersonatedBy: { id: admin.userId },
      },
      expect.objectContaining({ id: viewerOf(person).sessionId, impersonatedBy: null }),
    ])
    await mutate(auth, ['endSession', { sessionId: acting.sessionId }], {
      viewer: viewerOf(person),
    })
    expect(await isDenied(acting)).toBe(true)
    expect(await isDenied(viewerOf(person))).toBe(false)
  })

  it('is not for those who may administer, who may more, or who are suspended', async () => {
    const refused = { code: 'NOT_TO_BE_IMPERSONATED' }
    const staff = (await arrive(auth, 'colleague@example.org')).user.id
    await mutateAs(admin, `assignRole(input: { userId: "${staff}", role: "staff" })`)
    const suspended = (await arrive(auth, 'kept-out@example.org')).user.id
    await mutateAs(admin, `suspendAccount(input: { userId: "${suspended}", reason: "spam" })`)

    expect(await impersonate(admin.userId)).toMatchObject(refused)
    expect(await impersonate(suspended)).toMatchObject(refused)
    // Staff may moderate, and this administrator may not.
    expect(await impersonate(staff)).toMatchObject(refused)
    const mighty = {
      ...admin,
      scopes: [...admin.scopes, 'chat:moderate', 'users:inspect', 'users:verify'],
    }
    expect(await impersonate(staff, { viewer: mighty })).toMatchObject({
      __typename: 'Impersonation',
    })
  })

  it('is not for a program that acts for an administrator', async () => {
    const { user } = await arrive(auth, 'not-by-program@example.org')
    const viewer = { ...admin, clientId: 'robot' }

    await expect(impersonate(user.id, { viewer })).rejects.toThrow('FORBIDDEN')
  })

  it('needs a reason', async () => {
    const { user } = await arrive(auth, 'no-reason-at-all@example.org')

    expect(await impersonate(user.id, { reason: ' ' })).toMatchObject({ code: 'INVALID_INPUT' })
  })

  it('is in the audit log at its beginning and its end', async () => {
    const person = await arrive(auth, 'logged@example.org')
    const acting = await actsAs(person)

    expect(await auth.answer(endImpersonation, { viewer: acting })).toEqual({
      endImpersonation: { __typename: 'ImpersonationEnded' },
    })
    await auth.answer(endImpersonation, { viewer: acting })

    expect(await isDenied(acting)).toBe(true)
    const actor = { id: admin.userId }
    expect(await auditOf(auth, admin, person.user.id)).toMatchObject([
      { action: 'impersonation-ended', detail: 'impersonation-ended', actor },
      { action: 'impersonation-started', detail: 'ticket 17', actor },
    ])
  })

  it('is ended in the audit log when its time is over', async () => {
    const person = await arrive(auth, 'overdue@example.org')
    await actsAs(person)

    platform.clock.advance(15 * 60_000)

    await eventually(async () => {
      await platform.queues.queue('jobs.auth').promoteDelayed()
      expect(await auditOf(auth, admin, person.user.id)).toMatchObject([
        { action: 'impersonation-ended', detail: 'expired' },
        { action: 'impersonation-started' },
      ])
    })
  })
})

describe('an impersonation', () => {
  it('cannot change what belongs to the person alone, nor begin another one', async () => {
    const acting = await actsAs(await arrive(auth, 'safe@example.org'))
    const { user } = await arrive(auth, 'next@example.org')
    const calls = [
      'changePassword(input: { currentPassword: "correct horse", newPassword: "another horse" })',
      'requestEmailChange(input: { newEmail: "mine@example.org", password: "correct horse" })',
      'logoutEverywhere',
      'endOtherSessions',
      `impersonate(input: { userId: "${user.id}", reason: "onwards" })`,
      `assignRole(input: { userId: "${user.id}", role: "admin" })`,
    ]

    for (const call of calls) {
      const viewer = { ...acting, scopes: admin.scopes }
      const { errors } = await auth.ask(`mutation { ${call} { __typename } }`, { viewer })
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    }
  })

  it('has nothing to refresh', async () => {
    const person = await arrive(auth, 'short@example.org')
    const { sessionId } = await actsAs(person)

    expect(await auth.sql('select from refresh_tokens where session_id = $1', [sessionId])).toEqual(
      [],
    )
    asOpened(await refresh(auth, person.refreshToken))
  })

  it.each([
    [
      'logs out',
      (own: Viewer) => auth.answer('mutation { logout { __typename } }', { viewer: own }),
    ],
    [
      'is suspended',
      (own: Viewer) =>
        mutateAs(admin, `suspendAccount(input: { userId: "${own.userId}", reason: "left" })`),
    ],
  ])('ends when the administrator %s', async (_how, end) => {
    const email = `admin-${platform.newId()}@example.org`
    const { user } = await arrive(auth, email)
    await mutateAs(admin, `assignRole(input: { userId: "${user.id}", role: "admin" })`)
    const own = { ...viewerOf(asOpened(await login(auth, { email }))), scopes: admin.scopes }
    const person = await arrive(auth, `person-${platform.newId()}@example.org`)
    const { accessToken = '' } = await impersonate(person.user.id, { viewer: own })
    const acting = { ...viewerOf(person), sessionId: String(decodeJwt(accessToken)['sid']) }

    await end(own)

    expect(await isDenied(acting)).toBe(true)
    expect(await isDenied(viewerOf(person))).toBe(false)
    expect(await auditOf(auth, admin, person.user.id)).toMatchObject([
      { action: 'impersonation-ended', actor: { id: own.userId } },
      { action: 'impersonation-started', actor: { id: own.userId } },
    ])
  })

  it('is not what everybody is in', async () => {
    const viewer = viewerOf(await arrive(auth, 'herself@example.org'))

    expect(await auth.answer(endImpersonation, { viewer })).toEqual({
      endImpersonation: { __typename: 'NotImpersonating' },
    })
  })
})

function mutateAs(viewer: Viewer, call: string): Promise<unknown> {
  return auth.answer(`mutation { ${call} { __typename } }`, { viewer })
}
