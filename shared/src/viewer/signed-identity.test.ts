import { describe, expect, it } from '@jest/globals'
import { GravityError } from '../errors/gravity-error.ts'
import { aViewer } from '../testing/a-viewer.ts'
import { createIdentitySigner } from './signed-identity.ts'
import type { RequestIdentity } from './viewer.ts'

const secret = 'a-mesh-secret-of-more-than-32-characters'
const otherSecret = 'another-secret-of-more-than-32-characters'
const start = Date.parse('2026-01-01T00:00:00Z')

const identity: RequestIdentity = {
  viewer: {
    userId: 'u1',
    sessionId: 's1',
    roles: ['customer'],
    scopes: ['chat:write', 'ümlaut:✓'],
    expiresAt: 1_767_226_200,
  },
  requestId: '0190',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  clientAddress: '127.0.0.1',
}

function signerAt(seconds: number, options: { secret?: string; previousSecret?: string } = {}) {
  return createIdentitySigner({ secret, ...options, now: () => new Date(start + seconds * 1_000) })
}

function reasonOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof GravityError && error.cause instanceof Error) {
      return `${error.code}: ${error.cause.message}`
    }
    throw error
  }
  throw new Error('The identity was accepted.')
}

describe('createIdentitySigner', () => {
  it('gives back what was signed, anonymous requests included', () => {
    const signer = signerAt(0)
    const anonymous = { ...identity, viewer: null, clientAddress: null }

    expect(signer.verify(signer.sign(identity, 'chat'), 'chat')).toEqual(identity)
    expect(signer.verify(signer.sign(anonymous, 'chat'), 'chat')).toEqual(anonymous)
  })

  it('keeps who acts as the viewer', () => {
    const acted = { ...identity, viewer: { ...aViewer(), impersonatedBy: 'admin-1' } }
    const signer = signerAt(0)

    expect(signer.verify(signer.sign(acted, 'chat'), 'chat')).toEqual(acted)
  })

  it('keeps how the viewer was proved', () => {
    const proof = { provedAt: 1_767_225_600, methods: ['pwd', 'otp', 'mfa'] }
    const proved = { ...identity, viewer: aViewer({ proof }) }
    const signer = signerAt(0)

    expect(signer.verify(signer.sign(proved, 'chat'), 'chat')).toEqual(proved)
  })

  it('keeps which program acts for the viewer', () => {
    const delegated = { ...identity, viewer: aViewer({ clientId: 'program-1' }) }
    const signer = signerAt(0)

    expect(signer.verify(signer.sign(delegated, 'chat'), 'chat')).toEqual(delegated)
  })

  it('makes a value that may stand in a header', () => {
    expect(signerAt(0).sign(identity, 'chat')).toMatch(/^v1\.[\w-]+\.[\w-]+$/)
  })

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['not three parts', 'v1.abc'],
    ['of another version', 'v2.abc.def'],
    ['four parts', 'v1.abc.def.ghi'],
    ['endless', `v1.${'a'.repeat(20_000)}.def`],
    ['unsigned', `v1.${Buffer.from('{}').toString('base64url')}.AAAA`],
  ])('refuses a header that is %s', (_case, header) => {
    expect(reasonOf(() => signerAt(0).verify(header, 'chat'))).toMatch(/^UNAUTHENTICATED: /)
  })

  it('refuses a changed payload, a changed signature and another secret', () => {
    const signer = signerAt(0)
    const [version = '', payload = '', signature = ''] = signer.sign(identity, 'chat').split('.')
    const forged = Buffer.from(
      Buffer.from(payload, 'base64url').toString('utf8').replace('customer', 'admin'),
    ).toString('base64url')
    const wrong = 'UNAUTHENTICATED: The signature of the identity is wrong.'

    expect(reasonOf(() => signer.verify(`${version}.${forged}.${signature}`, 'chat'))).toBe(wrong)
    expect(reasonOf(() => signer.verify(`${version}.${payload}.A${signature}`, 'chat'))).toBe(wrong)
    expect(
      reasonOf(() =>
        signer.verify(signerAt(0, { secret: otherSecret }).sign(identity, 'chat'), 'chat'),
      ),
    ).toBe(wrong)
  })

  it('refuses an identity that was signed for another subgraph', () => {
    const signer = signerAt(0)

    expect(reasonOf(() => signer.verify(signer.sign(identity, 'chat'), 'auth'))).toBe(
      'UNAUTHENTICATED: The identity was signed for chat, not for auth.',
    )
  })

  it('accepts an identity for 30 seconds and no longer', () => {
    const header = signerAt(0).sign(identity, 'chat')

    expect(signerAt(29.9).verify(header, 'chat')).toEqual(identity)
    expect(reasonOf(() => signerAt(30).verify(header, 'chat'))).toBe(
      'UNAUTHENTICATED: The signed identity has expired.',
    )
  })

  it('accepts a clock that is up to 5 seconds ahead', () => {
    const header = signerAt(5).sign(identity, 'chat')

    expect(signerAt(0).verify(header, 'chat')).toEqual(identity)
    expect(reasonOf(() => signerAt(-0.1).verify(header, 'chat'))).toContain('in the future')
  })

  it('verifies with the previous secret while it is being replaced', () => {
    const old = signerAt(0, { secret: otherSecret }).sign(identity, 'chat')
    const rotating = signerAt(0, { previousSecret: otherSecret })

    expect(rotating.verify(old, 'chat')).toEqual(identity)
    expect(signerAt(0).verify(rotating.sign(identity, 'chat'), 'chat')).toEqual(identity)
  })

  it('says the same to the caller whatever the reason', () => {
    expect(() => signerAt(0).verify(undefined, 'chat')).toThrow(
      'This call does not come from the router.',
    )
  })

  it('does not open with a short secret', () => {
    expect(() => createIdentitySigner({ secret: 'short' })).toThrow('at least 32 characters')
  })
})
