import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

export type MembershipRole = 'owner' | 'moderator' | 'member'

export interface MembershipRow {
  roomId: string
  userId: string
  role: MembershipRole
  joinedAt: Date
  /** They see the messages after this sequence. */
  visibleAfter: number
  /** Null while the person is a member; who has left is remembered. The view `members` has the present ones. */
  leftAt: Date | null
}

export const MembershipEntity = new EntitySchema<MembershipRow>({
  name: 'Membership',
  tableName: 'memberships',
  columns: {
    roomId: { type: 'uuid', name: 'room_id', primary: true },
    userId: { type: 'uuid', name: 'user_id', primary: true },
    role: { type: 'text' },
    joinedAt: { type: 'timestamptz', name: 'joined_at' },
    visibleAfter: { type: 'integer', name: 'visible_after' },
    leftAt: { type: 'timestamptz', name: 'left_at', nullable: true },
  },
} satisfies EntityShape<MembershipRow>)
