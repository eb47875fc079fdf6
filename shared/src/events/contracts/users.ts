import { z } from 'zod'
import { defineEvent } from '../event-contract.ts'

const profile = z.object({ userId: z.guid(), username: z.string(), displayName: z.string() })

/**
 * A profile exists. The aggregate is the user. Chat learns by it whom rooms may bring in, and users itself that whoever was
 * told that there is no such person must ask again.
 */
export const profileCreated = defineEvent('users.profile-created.v1', {
  payload: profile,
  consumers: ['chat', 'users'],
})

/**
 * A profile has changed; the payload holds its public names as they are now. The aggregate is the user. Users itself tells
 * routers by it to forget the profile as it was; chat learns the name by which people are mentioned.
 */
export const profileChanged = defineEvent('users.profile-changed.v1', {
  payload: profile,
  consumers: ['chat', 'users'],
})
