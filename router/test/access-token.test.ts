import { silentLog } from '@gravity/shared/testing/silent-log'
import { describe, expect, it } from '@jest/globals'
import { gravityTokens, verifyAccessToken } from '../src/viewer/access-token.ts'
import { createSigningKeys } from '../src/viewer/signing-keys.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

async function viewerFrom(claims: Readonly<Record<string, unknown>>) {
  const key = await createTestKey()
  const now = () => new Date()
  const keys = createSigningKeys({ source: new TestKeySource(key).read, now, log: silentLog })
  const token = await key.sign({ claims })
  const { viewer } = await verifyAccessToken(token, { keys, expectations: gravityTokens, now })
  return viewer
}

describe('verifyAccessToken', () => {
  it('says when and how the person was proved', async () => {
    const viewer = await viewerFrom({ auth_time: 1_700_000_000, amr: ['pwd', 'otp', 'mfa'] })

    expect(viewer.proof).toEqual({ provedAt: 1_700_000_000, methods: ['pwd', 'otp', 'mfa'] })
  })

  it('says nothing of a proof that nobody gave', async () => {
    expect(await viewerFrom({})).not.toHaveProperty('proof')
  })

  it('says who acts for the person', async () => {
    expect(await viewerFrom({ act: { sub: 'admin-1' }, client_id: 'program-1' })).toMatchObject({
      impersonatedBy: 'admin-1',
      clientId: 'program-1',
    })
  })
})
