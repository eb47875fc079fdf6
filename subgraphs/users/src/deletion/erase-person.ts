import { daysAfter } from '../personal/day.ts'
import { announceProfile } from '../profiles/announce-profile.ts'
import { forgetRelations } from '../relations/forget-relations.ts'
import type { UsersStore } from '../store.ts'
import { holdDays } from '../usernames/username.service.ts'

/** Erases what this service knows of a person, within the caller's transaction; once more does nothing more. */
export async function erasePerson(store: UsersStore, userId: string, now: Date): Promise<void> {
  // First, so that whatever comes to be of theirs at the same time is either there to be erased, or refused.
  const tombstone = await store.erasure.bury(userId, now)
  if (tombstone) await announceProfile(store, userId, tombstone)
  // Nobody passes for them while others may still remember the name.
  await store.usernames.erase(userId, daysAfter(now, holdDays))
  await forgetRelations(store, userId)
  await store.links.erase(userId)
  await store.addresses.erase(userId)
  await store.verification.erase(userId)
  await store.consents.erase(userId)
  await store.exported.erase(userId)
}
