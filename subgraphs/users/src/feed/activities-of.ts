import type { ProfileChanges } from '../profiles/profile.repository.ts'
import type { ActivityKind } from './activity.repository.ts'

/** What others learn of a change of a profile: that there is a new name or picture, and not that one was taken away. */
export function activitiesOf({ displayName, avatarUrl }: ProfileChanges): ActivityKind[] {
  const kinds: ActivityKind[] = []
  if (displayName !== undefined) kinds.push('CHANGED_NAME')
  if (avatarUrl) kinds.push('CHANGED_PICTURE')
  return kinds
}
