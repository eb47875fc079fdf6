import { describe, expect, it } from '@jest/globals'
import { createMailTokens, mailTokenPurposes } from './mail-tokens.ts'

const tokens = createMailTokens(Buffer.alloc(32, 7))
const ticket = { purpose: 'reset-password', id: '01890a5d-ac96-774b-bcce-b302099a8057' } as const

describe('createMailTokens', () => {
  it('reads back what it made, for that purpose only', () => {
    const token = tokens.tokenOf(ticket)

    expect(token).toMatch(/^[\w-]{64}$/)
    expect(tokens.read(token, mailTokenPurposes)).toEqual(ticket)
    expect(tokens.read(token, ['verify-email', 'register'])).toBeUndefined()
  })

  it.each([
    ['another secret', () => createMailTokens(Buffer.alloc(32, 8)).tokenOf(ticket)],
    ['a changed id', () => `B${tokens.tokenOf(ticket).slice(1)}`],
    ['a changed proof', () => `${tokens.tokenOf(ticket).slice(0, -1)}${'_'}`],
    ['nothing', () => ''],
    ['nonsense', () => '🙈'.repeat(64)],
    ['a megabyte', () => 'A'.repeat(1_000_000)],
  ])('refuses a token of %s', (_name, forged) => {
    expect(tokens.read(forged(), mailTokenPurposes)).toBeUndefined()
  })
})
