import { loadByKey } from '@gravity/shared/loaders/load-by-key'
import type DataLoader from 'dataloader'
import type { ProfileRow } from './profile.entity.ts'
import type { ProfileService } from './profile.service.ts'

/** One statement for all the people that a request mentions. */
export function createProfileLoader(
  profiles: ProfileService,
  signal: AbortSignal,
): DataLoader<string, ProfileRow | null> {
  return loadByKey(
    (ids: readonly string[]) => profiles.profilesByIds(ids, signal),
    ({ id }) => id,
  )
}
