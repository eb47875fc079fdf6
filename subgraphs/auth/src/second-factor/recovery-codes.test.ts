import { describe, expect, it } from '@jest/globals'
import { hashOfRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'

const secret = Buffer.alloc(32, 7)
const hash = (code: string, accountId = 'a') => hashOfRecoveryCode(secret, accountId, code)

describe('newRecoveryCodes', () => {
  it('makes ten different ones', () => {
    const codes = newRecoveryCodes()

    expect(new Set(codes).size).toBe(10)
    for (const code of codes)
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/)
  })
})

describe('hashOfRecoveryCode', () => {
  it('is the same however a code is typed', () => {
    expect(hash('7k3m 9qxt ovrb ahld')).toEqual(hash('7K3M-9QXT-0VRB-AH1D'))
  })

  it('is another one for somebody else', () => {
    expect(hash('7K3M-9QXT-0VRB-AH1D', 'b')).not.toEqual(hash('7K3M-9QXT-0VRB-AH1D'))
  })
})
