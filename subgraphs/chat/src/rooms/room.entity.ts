import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

/** A channel is found by everybody, a group only by its members, and a direct room belongs to two people for good. */
export type RoomKind = 'channel' | 'group' | 'direct'

/** How much of the past a newcomer sees; `world`: everybody reads the channel, members or not. */
export type RoomHistory = 'all' | 'since_joined' | 'world'

/** Who comes in: everybody who wants to, or only who is brought in or invited. */
export type JoinRule = 'open' | 'invite'

export interface RoomRow {
  id: string
  kind: RoomKind
  name: string | null
  topic: string | null
  description: string | null
  history: RoomHistory
  joinRule: JoinRule
  createdBy: string
  createdAt: Date
  archivedAt: Date | null
  archivedBy: string | null
  /** The pair of a direct room, the smaller id first; null in all others. */
  directFirst: string | null
  directSecond: string | null
  memberCount: number
  /** Grows with every change of who is a member; a live feed knows by it whether its member set is right. */
  membersVersion: number
  /** The sequence of the latest message; the next one is allocated by raising it in the insert's transaction. */
  latestSequence: number
  lastMessageAt: Date | null
  /** The number of the latest change of a message; raised like `latestSequence`, in the change's transaction. */
  latestChange: number
  /** How long a member waits between two messages; 0 for not at all. */
  slowModeSeconds: number
  filterCount: number
  retentionDays: number | null
  /** Up to this sequence messages may have been removed; after it all are there. `removedChange` likewise. */
  removedThrough: number
  removedChange: number
  /** How often messages have been removed; a live feed knows by it whether it keeps some that are gone. */
  removals: number
  /** Counts all changes; the `aggregateVersion` of the room's events. */
  version: number
}

/** What a room has that has just been opened, as a group. */
export const asOpened = {
  kind: 'group',
  topic: null,
  description: null,
  history: 'all',
  joinRule: 'invite',
  archivedAt: null,
  archivedBy: null,
  directFirst: null,
  directSecond: null,
  membersVersion: 1,
  latestSequence: 0,
  lastMessageAt: null,
  latestChange: 0,
  slowModeSeconds: 0,
  filterCount: 0,
  retentionDays: null,
  removedThrough: 0,
  removedChange: 0,
  removals: 0,
  version: 1,
} satisfies Partial<RoomRow>

export const RoomEntity = new EntitySchema<RoomRow>({
  name: 'Room',
  tableName: 'rooms',
  columns: {
    id: { type: 'uuid', primary: true },
    kind: { type: 'text' },
    name: { type: 'text', nullable: true },
    topic: { type: 'text', nullable: true },
    description: { type: 'text', nullable: true },
    history: { type: 'text' },
    joinRule: { type: 'text', name: 'join_rule' },
    createdBy: { type: 'uuid', name: 'created_by' },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    archivedAt: { type: 'timestamptz', name: 'archived_at', nullable: true },
    archivedBy: { type: 'uuid', name: 'archived_by', nullable: true },
    directFirst: { type: 'uuid', name: 'direct_first', nullable: true },
    directSecond: { type: 'uuid', name: 'direct_second', nullable: true },
    memberCount: { type: 'integer', name: 'member_count' },
    membersVersion: { type: 'integer', name: 'members_version' },
    latestSequence: { type: 'integer', name: 'latest_sequence' },
    lastMessageAt: { type: 'timestamptz', name: 'last_message_at', nullable: true },
    latestChange: { type: 'integer', name: 'latest_change' },
    slowModeSeconds: { type: 'integer', name: 'slow_mode_seconds' },
    filterCount: { type: 'integer', name: 'filter_count' },
    retentionDays: { type: 'integer', name: 'retention_days', nullable: true },
    removedThrough: { type: 'integer', name: 'removed_through' },
    removedChange: { type: 'integer', name: 'removed_change' },
    removals: { type: 'integer' },
    version: { type: 'integer' },
  },
} satisfies EntityShape<RoomRow>)

/** The columns of a `RoomRow` in hand-written SQL, of the table under the alias `r`. */
export const roomColumns = `r.id, r.kind, r.name, r.topic, r.description, r.history,
  r.join_rule as "joinRule", r.created_by as "createdBy", r.created_at as "createdAt",
  r.archived_at as "archivedAt", r.archived_by as "archivedBy",
  r.direct_first as "directFirst", r.direct_second as "directSecond",
  r.member_count as "memberCount", r.members_version as "membersVersion",
  r.latest_sequence as "latestSequence", r.last_message_at as "lastMessageAt",
  r.latest_change as "latestChange", r.slow_mode_seconds as "slowModeSeconds",
  r.filter_count as "filterCount", r.retention_days as "retentionDays",
  r.removed_through as "removedThrough", r.removed_change as "removedChange", r.removals, r.version`
