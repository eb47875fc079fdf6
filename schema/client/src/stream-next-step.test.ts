import { describe, expect, it } from '@jest/globals'
import type { SocketLoss, StreamEnd } from './live-socket.ts'
import { nextStep } from './stream-next-step.ts'

function refused(code: string, extensions: Record<string, unknown> = {}): StreamEnd {
  return { kind: 'refused', errors: [{ message: code, extensions: { ...extensions, code } }] }
}

function lost(loss: Partial<SocketLoss>): StreamEnd {
  return {
    kind: 'lost',
    loss: { code: undefined, reason: '', retired: false, cause: undefined, ...loss },
  }
}

describe('nextStep', () => {
  it('finishes when the server has completed the stream', () => {
    expect(nextStep({ kind: 'completed' }, true)).toEqual({ kind: 'finish' })
  })

  it('moves on at once from a socket that this client has closed', () => {
    expect(nextStep(lost({ retired: true, code: 4403 }), true)).toEqual({ kind: 'move' })
  })

  it.each([undefined, 1000, 1001, 1006, 1012, 1013, 4408, 4429, 4499, 4500, 4504])(
    'retries after a close with %s',
    (code) => {
      expect(nextStep(lost({ code }), true)).toMatchObject({
        kind: 'retry',
        error: { code: 'NETWORK_ERROR' },
        atLeastMs: 0,
      })
    },
  )

  it.each([4400, 4004, 4406, 4409])('fails after a close with %s', (code) => {
    expect(nextStep(lost({ code }), true)).toMatchObject({
      kind: 'fail',
      error: { code: 'BAD_RESPONSE' },
    })
  })

  it.each([lost({ code: 4401 }), lost({ code: 4403 }), refused('UNAUTHENTICATED')])(
    'renews a refused token, and fails when there is none: %j',
    (end) => {
      expect(nextStep(end, true)).toMatchObject({
        kind: 'renew',
        error: { code: 'UNAUTHENTICATED' },
      })
      expect(nextStep(end, false)).toMatchObject({
        kind: 'fail',
        error: { code: 'UNAUTHENTICATED' },
      })
    },
  )

  it('waits at least as long as the server asks for', () => {
    expect(nextStep(refused('RATE_LIMITED', { retryAfterSeconds: 7 }), true)).toMatchObject({
      kind: 'retry',
      atLeastMs: 7_000,
    })
  })

  it('fails for good when the operation is at fault', () => {
    expect(nextStep(refused('FORBIDDEN'), true)).toMatchObject({
      kind: 'fail',
      error: { code: 'FORBIDDEN' },
    })
  })
})
