import { describe, expect, it } from '@jest/globals'
import { redactText } from './redact-text.ts'

describe('redactText', () => {
  it.each([
    [
      'connect postgres://user:secret@host:5432/db failed',
      'connect postgres://user:‹hidden›@host:5432/db failed',
    ],
    ['redis://:12345@host:6379', 'redis://:‹hidden›@host:6379'],
    ['postgres://user:p@ss:w/rd@host/db', 'postgres://user:‹hidden›@host/db'],
    ['"https://a:b@one", "https://c:d@two"', '"https://a:‹hidden›@one", "https://c:‹hidden›@two"'],
    ['authorization: Bearer abc.def-123', 'authorization: Bearer ‹hidden›'],
    ['Basic dXNlcjpzZWNyZXQ=', 'Basic ‹hidden›'],
    ['got eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl here', 'got ‹hidden› here'],
    [
      'login(input: { email: "a@b.c", password: "hunt er2" })',
      'login(input: { email: "a@b.c", password: "‹hidden›" })',
    ],
    ['{"refreshToken":"abc","n":1}', '{"refreshToken":"‹hidden›","n":1}'],
    ['{\\"password\\":\\"abc\\",\\"n\\":1}', '{\\"password\\":\\"‹hidden›\\",\\"n\\":1}'],
    ['/verify?token=abc&next=/', '/verify?token=‹hidden›&next=/'],
    [
      `key gravity_abcdefgh_${'x-Y'.repeat(14)}z was refused`,
      'key gravity_abcdefgh_‹hidden› was refused',
    ],
    ['GET /callback?code=abc.def&state=1', 'GET /callback?code=‹hidden›&state=1'],
    ['host=h password=abc dbname=d', 'host=h password=‹hidden› dbname=d'],
    ['key: -----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----!', 'key: ‹hidden›!'],
  ])('hides the secret in %j', (text, shown) => {
    expect(redactText(text)).toBe(shown)
  })

  it.each([
    'Listening on http://127.0.0.1:8000/graphql',
    'GET http://localhost:8000/users/alice@gravity.local',
    `Unexpected token 'a', "abc" is not valid JSON`,
    'Syntax Error: Expected Name, found <EOF>.',
    'The token has expired.',
    'postgres://user@host/db',
  ])('leaves %j alone', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it('cuts a text that is far too long', () => {
    expect(redactText('x'.repeat(20_000))).toBe(`${'x'.repeat(16_384)}… (3616 more characters)`)
  })

  it('changes nothing when applied twice', () => {
    const once = redactText('postgres://u:p@h?password=x {"token":"y"} Bearer abcdefgh')

    expect(redactText(once)).toBe(once)
  })
})
