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
  },
} satisfies EntityShape<ProfileRow>)
