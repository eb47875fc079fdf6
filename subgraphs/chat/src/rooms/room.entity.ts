import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

export interface RoomRow {
  id: string
  name: string | null
  createdBy: string
  createdAt: Date
  memberCount: number
  /** Grows with every change of who is a member; a live feed knows by it whether its member set is right. */
  membersVersion: number
  /** The sequence of the latest message; the next one is allocated by raising it in the insert's transaction. */
  latestSequence: number
  lastMessageAt: Date | null
  /** The number of the latest change of a message; raised like `latestSequence`, in the change's transaction. */
  latestChange: number
  /** Counts all changes; the `aggregateVersion` of the room's events. */
  version: number
}

export const RoomEntity = new EntitySchema<RoomRow>({
  name: 'Room',
  tableName: 'rooms',
  columns: {
    id: { type: 'uuid', primary: true },
    name: { type: 'text', nullable: true },
    createdBy: { type: 'uuid', name: 'created_by' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    memberCount: { type: 'integer', name: 'member_count' },
    membersVersion: { type: 'integer', name: 'members_version' },
    latestSequence: { type: 'integer', name: 'latest_sequence' },
    lastMessageAt: { type: 'timestamptz', name: 'last_message_at', nullable: true },
    latestChange: { type: 'integer', name: 'latest_change' },
    version: { type: 'integer' },
  },
} satisfies EntityShape<RoomRow>)
