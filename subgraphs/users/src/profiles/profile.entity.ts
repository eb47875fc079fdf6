import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

export interface ProfileRow {
  /** The account's id, given by the auth service. */
  id: string
  username: string
  displayName: string
  bio: string | null
  avatarUrl: string | null
  joinedAt: Date
  /** Counts the changes; the `aggregateVersion` of the profile's events. */
  version: number
  followerCount: number
  followingCount: number
  /** Who wants to follow asks first. */
  isPrivate: boolean
  /** Not everybody may see the same of the person: privacy/people-sight.ts finds out who sees what. */
  isGuarded: boolean
  /** Since when staff vouch that the person is who they say they are. */
  verifiedAt: Date | null
  /** When the person went for good; what is left is a tombstone. */
  erasedAt: Date | null
}

export const ProfileEntity = new EntitySchema<ProfileRow>({
  name: 'Profile',
  tableName: 'profiles',
  columns: {
    id: { type: 'uuid', primary: true },
    username: { type: 'citext' },
    displayName: { type: 'text', name: 'display_name' },
    bio: { type: 'text', nullable: true },
    avatarUrl: { type: 'text', name: 'avatar_url', nullable: true },
    joinedAt: { type: 'timestamptz', name: 'joined_at' },
    version: { type: 'integer' },
    followerCount: { type: 'integer', name: 'follower_count' },
    followingCount: { type: 'integer', name: 'following_count' },
    isPrivate: { type: 'boolean', name: 'is_private' },
    isGuarded: { type: 'boolean', name: 'is_guarded' },
    verifiedAt: { type: 'timestamptz', name: 'verified_at', nullable: true },
    erasedAt: { type: 'timestamptz', name: 'erased_at', nullable: true },
  },
} satisfies EntityShape<ProfileRow>)
