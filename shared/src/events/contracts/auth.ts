import { z } from 'zod'
import { defineEvent } from '../event-contract.ts'

/** A person has an account; the users service makes the profile. The aggregate is the account. */
export const userRegistered = defineEvent('auth.user-registered.v1', {
  payload: z.object({
    userId: z.guid(),
    email: z.string(),
    displayName: z.string(),
    registeredAt: z.iso.datetime({ offset: true }),
  }),
  consumers: ['users'],
})

/** A session has ended before its time; its access tokens are refused from now on. The aggregate is the session. */
export const sessionRevoked = defineEvent('auth.session-revoked.v1', {
  payload: z.object({
    sessionId: z.guid(),
    userId: z.guid(),
    reason: z.enum(['logout', 'refresh-token-reuse', 'password-changed', 'administrator']),
  }),
  consumers: ['auth'],
})
