import type { ProfileRow } from '../profiles/profile.entity.ts'
import { openSettings, type PrivacySettings, type ProtectedField } from './privacy-settings.ts'

/** Somebody who looks at a profile. */
export interface Onlooker {
  /** The person themselves, who sees everything. */
  readonly isOwner: boolean
  readonly isSignedIn: boolean
  readonly isFollower: boolean
}

/** What an onlooker gets to see of a person. */
export interface Sight {
  readonly onlooker: Onlooker
  /** As they work. */
  readonly settings: PrivacySettings
  /** A block stands between both: nothing of the person is shown but that there is one. */
  readonly isVeiled: boolean
}

/** A profile with what its onlooker may read of it; every `User` of an answer is one. */
export type SeenProfile = ProfileRow & { readonly sight: Sight }

/** Whether the onlooker may read a field that the person can hide. */
export function mayRead({ onlooker, settings, isVeiled }: Sight, field: ProtectedField): boolean {
  if (isVeiled) return false
  if (onlooker.isOwner) return true
  switch (settings[field]) {
    case 'EVERYONE':
      return true
    case 'SIGNED_IN':
      return onlooker.isSignedIn
    case 'FOLLOWERS':
      return onlooker.isFollower
    case 'NOBODY':
      return false
  }
}

/** A person's own profile, as they see it. */
export function ownProfile(row: ProfileRow): SeenProfile {
  const onlooker = { isOwner: true, isSignedIn: true, isFollower: false }
  return { ...row, sight: { onlooker, settings: openSettings, isVeiled: false } }
}

/**
 * What stands for a person who is hidden from the onlooker where others still refer to them, such as the author of a
 * message in a room that both are in: without it, a reference that must not be null would take the whole room with it. The
 * username is none that anybody could have.
 */
export function veiledProfile({ id, joinedAt, version }: ProfileRow): SeenProfile {
  const onlooker = { isOwner: false, isSignedIn: true, isFollower: false }
  return {
    id,
    username: 'not-available',
    displayName: 'Not available',
    bio: null,
    avatarUrl: null,
    joinedAt,
    version,
    followerCount: 0,
    followingCount: 0,
    isPrivate: true,
    isGuarded: true,
    verifiedAt: null,
    erasedAt: null,
    sight: { onlooker, settings: openSettings, isVeiled: true },
  }
}
