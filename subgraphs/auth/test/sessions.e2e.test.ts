import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { arrive, asOpened, login, mutate, refresh, viewerOf } from './stories.ts'

let platform: TestPlatform
let auth: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  auth = opened
  platform = on
})

const invalid = { __typename: 'InvalidRefreshToken', code: 'INVALID_REFRESH_TOKEN' }

/** Per session of the account, how many refresh tokens can be used. */
function usableTokens(userId: string): Promise<{ usable: number }[]> {
  return auth.sql(
    `select count(*) filter (where rotated_at is null and revoked_at is null)::integer as usable
     from sessions s join refresh_tokens t on t.session_id = s.id where account_id = $1 group by s.id`,
    [userId],
  )
}

async function tokensOf(userId: string): Promise<{ made: number; rotated: number } | undefined> {
  const [counted] = await auth.sql<{ made: number; rotated: number }>(
    `select count(*)::integer as made, count(rotated_at)::integer as rotated
     from sessions s join refresh_tokens t on t.session_id = s.id where account_id = $1`,
    [userId],
  )
  return counted
}

describe('refreshSession', () => {
  it('gives the same successor again to a client that lost the answer', async () => {
    const first = await arrive(auth, 'lost@example.org')

    const second = asOpened(await refresh(auth, first.refreshToken))
    platform.clock.advance(5_000)
    const again = asOpened(await refresh(auth, first.refreshToken))

    expect(again.refreshToken).toBe(second.refreshToken)
    expect(await usableTokens(first.user.id)).toEqual([{ usable: 1 }])
    asOpened(await refresh(auth, second.refreshToken))
  })

  it('rotates once for fifty at once, and the family does not fork', async () => {
    const { refreshToken, user } = await arrive(auth, 'fifty@example.org')

    const results = await Promise.all(Array.from({ length: 50 }, () => refresh(auth, refreshToken)))

    const successors = new Set(results.map((result) => asOpened(result).refreshToken))
    expect(successors.size).toBe(1)
    expect(await usableTokens(user.id)).toEqual([{ usable: 1 }])
    // One was rotated, and one follows it.
    expect(await tokensOf(user.id)).toEqual({ made: 2, rotated: 1 })
    const [winner = ''] = successors
    asOpened(await refresh(auth, winner))
  })

  it('ends that session only, when a token is used again after its grace', async () => {
    const email = 'reuse@example.org'
    const stolen = await arrive(auth, email)
    const other = asOpened(await login(auth, { email }))
    const renewed = asOpened(await refresh(auth, stolen.refreshToken))

    platform.clock.advance(10_000)
    expect(await refresh(auth, stolen.refreshToken)).toMatchObject(invalid)

    expect(await refresh(auth, renewed.refreshToken)).toMatchObject(invalid)
    asOpened(await refresh(auth, other.refreshToken))
  })

  it('grants the grace to the immediate predecessor only', async () => {
    const first = await arrive(auth, 'grandparent@example.org')
    const second = asOpened(await refresh(auth, first.refreshToken))
    const third = asOpened(await refresh(auth, second.refreshToken))

    expect(await refresh(auth, first.refreshToken)).toMatchObject(invalid)
    expect(await refresh(auth, third.refreshToken)).toMatchObject(invalid)
  })

  it('has no grace for a session that was ended', async () => {
    const session = await arrive(auth, 'ended@example.org')
    await refresh(auth, session.refreshToken)
    await auth.answer('mutation { logout { __typename } }', { viewer: viewerOf(session) })

    expect(await refresh(auth, session.refreshToken)).toMatchObject(invalid)
  })
})

describe('sessions', () => {
  const list = '{ sessions { id userAgent network isCurrent } }'
  interface Listed {
    readonly sessions: readonly {
      readonly id: string
      readonly network: string
      readonly isCurrent: boolean
    }[]
  }

  it('lists where the viewer is signed in, the present one marked', async () => {
    const email = 'devices@example.org'
    await arrive(auth, email)
    platform.clock.advance(1_000)
    const second = asOpened(await login(auth, { email }))
    await arrive(auth, 'elsewhere@example.org')

    const { sessions } = await auth.answer<Listed>(list, { viewer: viewerOf(second) })

    expect(sessions).toMatchObject([
      { isCurrent: true, network: '192.0.2.0/24', userAgent: null },
      { isCurrent: false, network: '192.0.2.0/24' },
    ])
  })

  it('ends one of them, and again without an error', async () => {
    const email = 'lost-device@example.org'
    const lost = await arrive(auth, email)
    const viewer = viewerOf(asOpened(await login(auth, { email })))
    const { sessionId } = viewerOf(lost)
    const end = () => mutate(auth, ['endSession', { sessionId }], { viewer })

    expect(await end()).toEqual({ __typename: 'SessionEnded' })
    expect(await end()).toEqual({ __typename: 'SessionEnded' })

    expect(await refresh(auth, lost.refreshToken)).toMatchObject(invalid)
    const { sessions } = await auth.answer<Listed>(list, { viewer })
    expect(sessions).toMatchObject([{ id: viewer.sessionId }])
  })

  it.each([
    [
      'somebody else',
      async () => viewerOf(await arrive(auth, 'other-owner@example.org')).sessionId,
    ],
    ['nobody', async () => platform.newId()],
    ['no id at all', async () => 'nonsense'],
  ])('does not tell a session of %s from one that is not there', async (_name, find) => {
    const viewer = viewerOf(await arrive(auth, `ends-${platform.newId()}@example.org`))

    const { errors } = await auth.ask(
      'mutation ($input: EndSessionInput!) { endSession(input: $input) { __typename } }',
      { viewer, variables: { input: { sessionId: await find() } } },
    )

    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })

  it('ends all others, or all', async () => {
    const email = 'everywhere@example.org'
    const first = await arrive(auth, email)
    asOpened(await login(auth, { email }))
    const present = asOpened(await login(auth, { email }))
    const viewer = viewerOf(present)

    const others = await auth.answer(
      'mutation { endOtherSessions { ... on SessionsEnded { count } } }',
      { viewer },
    )
    expect(others).toEqual({ endOtherSessions: { count: 2 } })
    expect(await refresh(auth, first.refreshToken)).toMatchObject(invalid)
    const renewed = asOpened(await refresh(auth, present.refreshToken))

    const all = await auth.answer(
      'mutation { logoutEverywhere { ... on SessionsEnded { count } } }',
      { viewer },
    )
    expect(all).toEqual({ logoutEverywhere: { count: 1 } })
    expect(await refresh(auth, renewed.refreshToken)).toMatchObject(invalid)
  })

  it.each([
    '{ sessions { id } }',
    'mutation { endOtherSessions { __typename } }',
    'mutation { logoutEverywhere { __typename } }',
    'mutation { endSession(input: { sessionId: "x" }) { __typename } }',
  ])('are not for the anonymous: %s', async (document) => {
    const { errors } = await auth.ask(document, { viewer: null })

    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
  })
})
