import { demoPassword } from '@gravity/shared/demo/demo-people'
import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { arrives, listens, type Person, post, type Tokens } from './person.ts'
import { type RunningGravity, startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

// GRAVITY_MEASURE=1 prints what was counted and measured.
const report = process.env['GRAVITY_MEASURE'] ? console.log : () => undefined

interface Renewed extends Partial<Tokens> {
  readonly __typename: string
}

async function renew(url: string, refreshToken: string): Promise<Renewed> {
  const { data } = await post<{ refreshSession: Renewed }>(url, {
    query: `mutation ($input: RefreshSessionInput!) {
      refreshSession(input: $input) { __typename ... on Session { accessToken refreshToken } }
    }`,
    variables: { input: { refreshToken } },
  })
  return data.refreshSession
}

async function signIn(url: string, email: string, password: string): Promise<Tokens> {
  const { data } = await post<{ login: Tokens }>(url, {
    query: `mutation ($input: LoginInput!) { login(input: $input) { ... on Session { accessToken refreshToken } } }`,
    variables: { input: { email, password } },
  })
  return data.login
}

function as<Data>(url: string, { accessToken }: Pick<Tokens, 'accessToken'>, query: string) {
  return post<Data>(url, { query }, { authorization: `Bearer ${accessToken}` })
}

/** Opens sockets of a person, each with a live question that the platform is answering. */
async function opensSockets(person: Person, count: number) {
  const { data } = await person.ask<{ createRoom: { id: string } }>(
    'mutation { createRoom(input: { name: "Open" }) { ... on Room { id } } }',
  )
  const roomId = data.createRoom.id
  const clients = Array.from({ length: count }, () => person.socket())
  const query =
    'subscription ($roomId: ID!) { messageAdded(roomId: $roomId, afterSequence: 0) { body } }'
  const live = clients.map((client) => listens(client, query, { roomId }))
  await person.ask(
    `mutation { sendMessage(input: { roomId: "${roomId}", clientMessageId: "1", body: "Hello" }) { __typename } }`,
  )
  await eventually(() => {
    for (const { received } of live) expect(received).toHaveLength(1)
  })
  return { clients, ended: Promise.all(live.map((one) => one.ended)) }
}

function identity(
  start: (options: { env: NodeJS.ProcessEnv }) => Promise<RunningGravity | undefined>,
) {
  let gravity: RunningGravity | undefined
  const url = () => gravity?.url ?? ''
  const administrator = () => signIn(url(), 'admin@gravity.local', demoPassword)

  beforeAll(async () => {
    gravity = await start({ env: { GRAVITY_SEED: 'demo' } })
  }, 120_000)
  afterAll(() => gravity?.stop())

  it('gives fifty refreshes at once of one token one and the same successor', async () => {
    const ada = await arrives(url(), 'Ada Fifty')

    const renewed = await Promise.all(
      Array.from({ length: 50 }, () => renew(url(), ada.refreshToken)),
    )

    const successors = new Set(renewed.map(({ refreshToken }) => refreshToken))
    const opened = renewed.filter(({ __typename }) => __typename === 'Session')
    report(`50 refreshes at once: ${opened.length} answered, ${successors.size} successor`)
    expect([...successors]).toEqual([expect.any(String)])
    const [successor = ''] = successors
    expect(await renew(url(), successor)).toMatchObject({ __typename: 'Session' })
  })

  it('ends exactly the family of a refresh token that is used again', async () => {
    const ada = await arrives(url(), 'Ada Robbed')
    const email = await emailOf(ada)
    const others = await Promise.all(
      Array.from({ length: 3 }, () => signIn(url(), email, 'correct horse battery')),
    )
    const second = await renew(url(), ada.refreshToken)
    const third = await renew(url(), second.refreshToken ?? '')

    expect(await renew(url(), ada.refreshToken)).toEqual({ __typename: 'InvalidRefreshToken' })

    expect(await renew(url(), third.refreshToken ?? '')).toEqual({
      __typename: 'InvalidRefreshToken',
    })
    const { errors } = await as(url(), { accessToken: third.accessToken ?? '' }, '{ me { id } }')
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    const left = await Promise.all(others.map(({ refreshToken }) => renew(url(), refreshToken)))
    const kept = left.filter(({ __typename }) => __typename === 'Session').length
    report(`reuse: 1 family ended, ${kept} of ${others.length} other sessions go on`)
    expect(kept).toBe(others.length)
  })

  it.each([
    ['is suspended', 'suspendAccount', 'reason: "spam"'],
    ['gets another role', 'assignRole', 'role: "staff"'],
    ['is signed out everywhere', 'endSessionsOf', ''],
    ['is deleted', 'deleteAccount', 'reason: "asked for it"'],
  ])('closes the open sockets of somebody who %s, and nobody else’s', async (how, order, rest) => {
    const [ada, ben] = [await arrives(url(), 'Ada Leaves'), await arrives(url(), 'Ben Stays')]
    const [adas, bens] = [await opensSockets(ada, 20), await opensSockets(ben, 1)]
    const admin = await administrator()

    const begun = performance.now()
    await as(
      url(),
      admin,
      `mutation { ${order}(input: { userId: "${ada.id}" ${rest} }) { __typename } }`,
    )
    const closed = await adas.ended
    const milliseconds = Math.round(performance.now() - begun)

    report(`${how}: ${closed.length} sockets closed ${milliseconds} ms after the order was sent`)
    for (const end of closed) expect(end).toMatchObject({ code: 4401 })
    const { errors } = await ada.ask('{ me { id } }')
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    const { data } = await ben.ask('{ me { id } }')
    expect(data).toEqual({ me: { id: ben.id } })
    await Promise.all([...adas.clients, ...bens.clients].map((client) => client.dispose()))
  })

  it('lets an administrator act as somebody else until they end it', async () => {
    const ada = await arrives(url(), 'Ada Helped')
    const admin = await administrator()
    const { data } = await as<{ impersonate: Tokens & { user: { displayName: string } } }>(
      url(),
      admin,
      `mutation { impersonate(input: { userId: "${ada.id}", reason: "ticket 17" }) {
        ... on Impersonation { accessToken user { displayName } } } }`,
    )
    const acting = data.impersonate
    expect(acting.user).toEqual({ displayName: 'Ada Helped' })
    expect(decodeJwt(acting.accessToken)).toMatchObject({
      sub: ada.id,
      act: { sub: expect.any(String) },
    })

    const seen = await as(url(), acting, '{ me { id } }')
    const forbidden = await as(
      url(),
      acting,
      'mutation { changePassword(input: { currentPassword: "correct horse battery", newPassword: "mine from now on" }) { __typename } }',
    )
    const listed = await ada.ask('{ sessions { impersonatedBy { displayName } } }')
    await as(url(), acting, 'mutation { endImpersonation { __typename } }')

    expect(seen.data).toEqual({ me: { id: ada.id } })
    expect(forbidden.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    expect(listed.data).toEqual({
      sessions: [{ impersonatedBy: { displayName: 'Ada Admin' } }, { impersonatedBy: null }],
    })
    const { errors } = await as(url(), acting, '{ me { id } }')
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })
}

async function emailOf(person: Person): Promise<string> {
  const { data } = await person.ask<{ me: { email: string } }>('{ me { email } }')
  return data.me.email
}

describe('identity in one process', () => identity(startAsOneProcess))

if (process.env['GRAVITY_TEST_REDIS_URL']) {
  describe('identity in several processes', () => identity(startAsManyProcesses))
} else {
  console.warn('SKIPPED: identity in several processes, because there is no redis-server.')
}
