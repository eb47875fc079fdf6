import { describe, expect, it } from '@jest/globals'
import { newTotpSecret, stepOfCode, totpUri } from './totp.ts'

/** The secret of RFC 6238, appendix B: the ASCII text 12345678901234567890. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const at = (seconds: number) => new Date(seconds * 1_000)

describe('stepOfCode', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('agrees with RFC 6238 at second %d', (seconds, code) => {
    expect(stepOfCode(secret, code, at(seconds))).toBe(Math.floor(seconds / 30))
  })

  it('takes a code one step early or late, and no more', () => {
    const step = Math.floor(1_111_111_109 / 30)
    const taken = [-2, -1, 0, 1, 2].map((steps) =>
      stepOfCode(secret, '081 804', at((step + steps) * 30)),
    )

    expect(taken).toEqual([undefined, step, step, step, undefined])
  })

  it.each(['', '28708', '2870820', 'abcdef', '２８７０８２', '287082'.repeat(1_000)])(
    'refuses %j',
    (code) => {
      expect(stepOfCode(secret, code, at(59))).toBeUndefined()
    },
  )
})

describe('totpUri', () => {
  it('names the site and the account', () => {
    const fresh = newTotpSecret()

    expect(fresh).toMatch(/^[A-Z2-7]{32}$/)
    expect(totpUri({ issuer: 'Gravity', label: 'a@example.org', secret: fresh })).toBe(
      `otpauth://totp/Gravity:a%40example.org?secret=${fresh}&issuer=Gravity`,
    )
  })
})
