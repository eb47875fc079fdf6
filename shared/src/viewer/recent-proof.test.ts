import { describe, expect, it } from '@jest/globals'
import { isRecentProof } from './recent-proof.ts'

const at = (seconds: number) => ({ now: new Date(seconds * 1_000), maxAgeSeconds: 600 })
const password = { provedAt: 1_000, methods: ['pwd'] }
const both = { provedAt: 1_000, methods: ['pwd', 'otp', 'mfa'] }

describe('isRecentProof', () => {
  it('holds for as long as it is said', () => {
    expect(isRecentProof(password, at(1_599))).toBe(true)
    expect(isRecentProof(password, at(1_600))).toBe(false)
  })

  it('takes the password alone for no second factor', () => {
    expect(isRecentProof(password, { ...at(1_001), secondFactor: true })).toBe(false)
    expect(isRecentProof(both, { ...at(1_001), secondFactor: true })).toBe(true)
  })

  it('holds for nobody who was not asked', () => {
    expect(isRecentProof(undefined, at(1_000))).toBe(false)
    expect(isRecentProof({ provedAt: 1_000, methods: [] }, at(1_000))).toBe(false)
  })
})
