import { defineConsumer } from '@gravity/shared/events/consumer'
import { sessionRevoked } from '@gravity/shared/events/contracts/auth'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthStore } from '../store.ts'

/** Refuses an ended session's tokens even when the process that ended it died before it could. */
export function sessionRevokedConsumer(sessions: SessionService) {
  return defineConsumer({
    name: 'deny-session',
    event: sessionRevoked,
    consume: (_store: AuthStore, { payload }) => sessions.deny(payload.sessionId),
  })
}
