import { defineConsumer } from '@gravity/shared/events/consumer'
import { userRegistered } from '@gravity/shared/events/contracts/auth'
import type { ProfileService } from '../profiles/profile.service.ts'
import type { UsersStore } from '../store.ts'

/** Everyone who registers gets a profile. */
export function userRegisteredConsumer(profiles: ProfileService) {
  return defineConsumer({
    name: 'create-profile',
    event: userRegistered,
    consume: (store: UsersStore, { payload }) =>
      profiles.create(store, {
        userId: payload.userId,
        displayName: payload.displayName,
        registeredAt: new Date(payload.registeredAt),
      }),
  })
}
