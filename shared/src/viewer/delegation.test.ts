import { describe, expect, it } from '@jest/globals'
import { aViewer } from '../testing/a-viewer.ts'
import { identityWithin, missingScope } from './delegation.ts'

const around = { requestId: 'r', traceparent: '', clientAddress: null }
const delegated = (...scopes: string[]) => aViewer({ clientId: 'client', scopes })

describe('identityWithin', () => {
  it('shows a person who signed in by themselves everywhere', () => {
    const identity = { ...around, viewer: aViewer() }

    expect(identityWithin('chat', identity)).toBe(identity)
  })

  it('shows a delegated viewer only where it has a scope', () => {
    const identity = { ...around, viewer: delegated('openid', 'email', 'chat:read') }

    expect(identityWithin('chat', identity)).toBe(identity)
    expect(identityWithin('auth', identity)).toBe(identity)
    expect(identityWithin('users', identity)).toEqual({ ...around, viewer: null })
  })
})

describe('missingScope', () => {
  it('asks nothing of a person who signed in by themselves', () => {
    expect(missingScope(aViewer(), { domain: 'chat', changes: true })).toBeUndefined()
  })

  it.each([
    { scope: 'chat:read', changes: false, missing: undefined },
    { scope: 'chat:write', changes: false, missing: undefined },
    { scope: 'chat:write', changes: true, missing: undefined },
    { scope: 'chat:read', changes: true, missing: 'chat:write' },
    { scope: 'chat:moderate', changes: true, missing: 'chat:write' },
    { scope: 'users:write', changes: false, missing: 'chat:read' },
    { scope: 'chat', changes: false, missing: 'chat:read' },
  ])('with $scope, changes $changes: $missing', ({ scope, changes, missing }) => {
    expect(missingScope(delegated(scope), { domain: 'chat', changes })).toBe(missing)
  })
})
