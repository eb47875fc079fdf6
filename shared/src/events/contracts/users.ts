import { z } from 'zod'
import { defineEvent } from '../event-contract.ts'

const profile = z.object({ userId: z.guid(), username: z.string(), displayName: z.string() })

/** A profile exists. The aggregate is the user. Chat learns by it whom rooms may bring in. */
export const profileCreated = defineEvent('users.profile-created.v1', {
  payload: profile,
  consumers: ['chat'],
})

/** A profile's public names have changed; the payload holds them as they are now. The aggregate is the user. */
export const profileChanged = defineEvent('users.profile-changed.v1', {
  payload: profile,
  consumers: [],
})
