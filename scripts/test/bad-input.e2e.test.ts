import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { arrives, type Person, post } from './person.ts'
import { type RunningGravity, startAsOneProcess } from './running-gravity.ts'

let gravity: RunningGravity
let ada: Person

beforeAll(async () => {
  gravity = await startAsOneProcess()
  ada = await arrives(gravity.url, 'Ada Careful')
}, 120_000)

afterAll(() => gravity?.stop(), 60_000)

/** A clear error with a code: no bug, no crash, nothing internal. */
async function expectRefusal(
  body: object | string,
  headers: Record<string, string> = { authorization: `Bearer ${ada.accessToken}` },
): Promise<void> {
  const { status, errors } = await post(gravity.url, body, headers)
  expect(status).toBeLessThan(500)
  expect(errors?.length).toBeGreaterThan(0)
  for (const { extensions, message } of errors ?? []) {
    expect(extensions.code).toMatch(/^[A-Z_]+$/)
    expect(extensions.code).not.toBe('INTERNAL_SERVER_ERROR')
    expect(message).not.toMatch(/ at |node_modules|postgres|select |insert /i)
  }
}

/** Every string that a client can send, one field at a time. */
const strings: readonly (readonly [
  name: string,
  query: string,
  variables: (text: string) => object,
])[] = [
  [
    'register.email',
    'register',
    (text) => ({ email: text, password: 'x'.repeat(12), displayName: 'A' }),
  ],
  [
    'register.password',
    'register',
    (text) => ({ email: 'a@b.co', password: text, displayName: 'A' }),
  ],
  [
    'register.displayName',
    'register',
    (text) => ({ email: 'a@b.co', password: 'x'.repeat(12), displayName: text }),
  ],
  ['login.email', 'login', (text) => ({ email: text, password: 'x'.repeat(12) })],
  ['login.password', 'login', (text) => ({ email: 'a@b.co', password: text })],
  ['refreshSession.refreshToken', 'refreshSession', (text) => ({ refreshToken: text })],
  ['updateProfile.displayName', 'updateProfile', (text) => ({ displayName: text })],
  ['updateProfile.bio', 'updateProfile', (text) => ({ bio: text })],
  ['updateProfile.avatarUrl', 'updateProfile', (text) => ({ avatarUrl: text })],
  ['createRoom.name', 'createRoom', (text) => ({ name: text })],
  ['createRoom.memberIds', 'createRoom', (text) => ({ name: 'A', memberIds: [text] })],
  [
    'sendMessage.roomId',
    'sendMessage',
    (text) => ({ roomId: text, clientMessageId: '1', body: 'A' }),
  ],
  [
    'sendMessage.clientMessageId',
    'sendMessage',
    (text) => ({ roomId: 'a', clientMessageId: text, body: 'A' }),
  ],
  [
    'sendMessage.body',
    'sendMessage',
    (text) => ({ roomId: 'a', clientMessageId: '1', body: text }),
  ],
]

const faults = [
  ['a NUL', 'before\u0000after'],
  ['an unpaired surrogate', 'before\ud83dafter'],
] as const

describe.each(faults)('%s', (_name, text) => {
  it.each(strings)('in %s is refused', async (_field, mutation, inputOf) => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
    await expectRefusal({
      query: `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename } }`,
      variables: { input: inputOf(text) },
    })
  })

  it('in arguments and literals of queries is refused', async () => {
    const literal = JSON.stringify(text)
    for (const field of [
      `user(id: ${literal}) { id }`,
      `users(search: ${literal}) { nodes { id } }`,
      `users(after: ${literal}) { nodes { id } }`,
      `room(id: ${literal}) { id }`,
      `rooms(after: ${literal}) { nodes { id } }`,
    ]) {
      await expectRefusal({ query: `{ ${field} }` })
    }
  })
})

describe('a document', () => {
  it.each([
    ['with an unknown field', '{ me { nothing } }'],
    ['with a wrong type', '{ users(first: "many") { nodes { id } } }'],
    ['without an end', '{ me { id }'],
    [
      'with ten thousand aliases',
      `{ ${Array.from({ length: 10_000 }, (_, n) => `a${n}: me { id }`).join(' ')} }`,
    ],
    [
      'a thousand levels deep',
      `{ rooms { nodes ${'{ members { nodes '.repeat(500)}{ id }${' } }'.repeat(500)} } }`,
    ],
    [
      'of pages within pages',
      `{ rooms(first: 100) { nodes { messages(last: 100) { nodes { room { messages(last: 100) { nodes { id } } } } } } } }`,
    ],
  ])('%s is refused', async (_name, query) => {
    await expectRefusal({ query })
  })

  it('of pages within pages is refused with variables too', async () => {
    await expectRefusal({
      query: `query ($n: Int!) { rooms(first: $n) { nodes { messages(last: $n) { nodes { room {
        messages(last: $n) { nodes { id } } } } } } } }`,
      variables: { n: 100 },
    })
  })
})

describe('a body', () => {
  it.each([
    ['malformed', '{"query": "{ me '],
    ['of another shape', '[]'],
    ['without a query', '{}'],
    ['larger than allowed', JSON.stringify({ query: `{ me { id } } # ${'x'.repeat(2_000_000)}` })],
    ['with variables of another type', '{"query":"{ me { id } }","variables":"none"}'],
  ])('%s is refused', async (_name, body) => {
    await expectRefusal(body)
  })
})

describe('a token', () => {
  it.each(['nonsense', 'a.b.c', `${'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.'}`])(
    '%j is refused',
    async (token) => {
      await expectRefusal({ query: '{ me { id } }' }, { authorization: `Bearer ${token}` })
    },
  )

  it('that was changed is refused', async () => {
    const [head = '', claims = '', signature = ''] = ada.accessToken.split('.')
    const { scope: _scope, ...rest } = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const forged = Buffer.from(JSON.stringify({ ...rest, scope: 'auth:manage' })).toString(
      'base64url',
    )
    await expectRefusal(
      { query: '{ me { id } }' },
      { authorization: `Bearer ${head}.${forged}.${signature}` },
    )
  })
})

describe('afterwards', () => {
  it('everything still works', async () => {
    const { data } = await ada.ask('{ me { displayName } }')
    expect(data).toEqual({ me: { displayName: 'Ada Careful' } })
  })
})
