import { profileChanged } from '@gravity/shared/events/contracts/users'
import type { UsersStore } from '../store.ts'

/** What others are told of a profile that has changed. */
export interface AnnouncedProfile {
  readonly username: string
  readonly displayName: string
  readonly version: number
}

/** Tells, within the caller's transaction, that a profile is now like this. */
export function announceProfile(
  store: Pick<UsersStore, 'outbox'>,
  userId: string,
  { displayName, username, version }: AnnouncedProfile,
): Promise<void> {
  return store.outbox.add(profileChanged, {
    aggregateId: userId,
    aggregateVersion: version,
    payload: { userId, username, displayName },
  })
}
