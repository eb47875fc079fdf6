import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { visibleTo } from './history.ts'
import type { MembershipRole } from './membership.entity.ts'
import { roomColumns as columns, RoomEntity, type RoomRow } from './room.entity.ts'

/** What a room knows of the member who looks at it. */
export interface ViewerMembership {
  readonly viewerRole: MembershipRole
  /** They see the messages after this sequence. */
  readonly visibleAfter: number
  /** Since when they may not write; null when they may. */
  readonly mutedAt: Date | null
  /** Null for a mute without an end. */
  readonly muteExpiresAt: Date | null
  /** When they wrote last while slow mode was on. */
  readonly pacedAt: Date | null
}

/** What a member has who has not done anything yet, in a room without a past. */
export const asNewcomer = {
  viewerRole: 'member',
  visibleAfter: 0,
  mutedAt: null,
  muteExpiresAt: null,
  pacedAt: null,
} as const satisfies ViewerMembership

/** A room as one of its members sees it. */
export type VisibleRoomRow = RoomRow & ViewerMembership

/** The order of a viewer's rooms: the latest activity (RFC 3339), then the id. */
export type ActivityKey = readonly [lastActivityAt: string, id: string]

/** How far a room has come, for a live feed to compare itself with. */
export interface RoomPosition {
  readonly roomId: string
  readonly latestSequence: number
  readonly latestChange: number
  readonly membersVersion: number
  readonly removals: number
}

export interface MembershipKey {
  readonly roomId: string
  readonly userId: string
}

/** How far a room has come, as one of its members may know. */
export type MemberPosition = RoomPosition & MembershipKey & { readonly visibleAfter: number }

/** Who may hear what a room's feed delivers. */
export interface RoomAudience {
  readonly membersVersion: number
  readonly memberIds: readonly string[]
  /** After which sequence each of them may hear it, in the order of `memberIds`. */
  readonly visibleAfter: readonly number[]
  readonly removedThrough: number
  readonly removedChange: number
  readonly removals: number
}

export type RoomReads = Pick<
  RoomRepository,
  'visible' | 'pageOfViewer' | 'positionsForMembers' | 'positions' | 'audience'
>

const membership = `m.role as "viewerRole", m.visible_after as "visibleAfter",
  m.muted_at as "mutedAt", m.mute_expires_at as "muteExpiresAt", m.paced_at as "pacedAt"`

const position = `r.id as "roomId", r.latest_sequence as "latestSequence",
  r.latest_change as "latestChange", r.members_version as "membersVersion", r.removals`

export class RoomRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The rooms of those pairs in which the person is a member. */
  visible(wanted: readonly MembershipKey[]): Promise<(VisibleRoomRow & MembershipKey)[]> {
    return this.#manager.query(
      `select ${columns}, ${membership}, m.room_id as "roomId", m.user_id as "userId"
       from unnest($1::uuid[], $2::uuid[]) as wanted (room_id, user_id)
       join memberships m on m.room_id = wanted.room_id and m.user_id = wanted.user_id
       join rooms r on r.id = m.room_id
       where m.left_at is null`,
      [wanted.map(({ roomId }) => roomId), wanted.map(({ userId }) => userId)],
    )
  }

  pageOfViewer(viewerId: string, page: Page<ActivityKey>): Promise<VisibleRoomRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['r.last_activity_at', 'r.id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select ${columns}, ${membership}
       from memberships m join rooms r on r.id = m.room_id
       where m.left_at is null and m.user_id = $1 and ${where} order by ${orderBy} limit $2`,
      [viewerId, page.limit, ...parameters],
    )
  }

  /** The rooms of those pairs in which the person is a member. */
  positionsForMembers(memberships: readonly MembershipKey[]): Promise<MemberPosition[]> {
    return this.#manager.query(
      `select ${position}, m.user_id as "userId", m.visible_after as "visibleAfter"
       from unnest($1::uuid[], $2::uuid[]) as wanted (room_id, user_id)
       join members m on m.room_id = wanted.room_id and m.user_id = wanted.user_id
       join rooms r on r.id = m.room_id`,
      [memberships.map(({ roomId }) => roomId), memberships.map(({ userId }) => userId)],
    )
  }

  positions(ids: readonly string[]): Promise<RoomPosition[]> {
    return this.#manager.query(`select ${position} from rooms r where r.id = any($1)`, [ids])
  }

  /** One statement, so that the members and their version belong together. */
  async audience(roomId: string): Promise<RoomAudience | undefined> {
    const rows = await this.#manager.query<RoomAudience[]>(
      `select r.members_version as "membersVersion",
         r.removed_through as "removedThrough", r.removed_change as "removedChange", r.removals,
         coalesce(array_agg(m.user_id::text) filter (where m.user_id is not null), '{}') as "memberIds",
         coalesce(array_agg(m.visible_after) filter (where m.user_id is not null), '{}') as "visibleAfter"
       from rooms r left join members m on m.room_id = r.id where r.id = $1 group by r.id`,
      [roomId],
    )
    return rows[0]
  }

  async insert(row: RoomRow): Promise<void> {
    await this.#manager.insert(RoomEntity, row)
  }

  /** False when a room of this id exists. */
  async insertOnce(row: RoomRow): Promise<boolean> {
    const result = await this.#manager
      .createQueryBuilder()
      .insert()
      .into(RoomEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute()
    return result.raw.length > 0
  }

  /**
   * Locks a room and the person's membership until the transaction ends: whatever changes a room takes this lock first,
   * so changes happen one after the other. Undefined when there is no such room or the person is not a member.
   */
  async lockForMember(roomId: string, userId: string): Promise<VisibleRoomRow | undefined> {
    const rows = await this.#manager.query<VisibleRoomRow[]>(
      `select ${columns}, ${membership}
       from rooms r join memberships m on m.room_id = r.id
       where r.id = $1 and m.user_id = $2 and m.left_at is null
       for no key update of r for share of m`,
      [roomId, userId],
    )
    return rows[0]
  }

  /** `lockForMember` for who need not be a member: the caller says who may go on. */
  async lock(roomId: string): Promise<RoomRow | undefined> {
    const rows = await this.#manager.query<RoomRow[]>(
      `select ${columns} from rooms r where r.id = $1 for no key update`,
      [roomId],
    )
    return rows[0]
  }

  /** The direct room of two people, the smaller id first. */
  async idOfPair(first: string, second: string): Promise<string | undefined> {
    const rows = await this.#manager.query<{ id: string }[]>(
      'select id from rooms where direct_first = $1 and direct_second = $2',
      [first, second],
    )
    return rows[0]?.id
  }

  /** `lockForMember` for the room of a message. */
  async lockForReader(messageId: string, userId: string): Promise<VisibleRoomRow | undefined> {
    const rows = await this.#manager.query<VisibleRoomRow[]>(
      `select ${columns}, ${membership}
       from messages x join rooms r on r.id = x.room_id join memberships m on m.room_id = r.id
       where x.id = $1 and m.user_id = $2 and m.left_at is null and ${visibleTo('x', 'm')}
       for no key update of r for share of m`,
      [messageId, userId],
    )
    return rows[0]
  }

  /** Counts a change that has no column of its own, within the lock. */
  async touch(roomId: string): Promise<{ readonly version: number }> {
    const [[row]] = await this.#manager.query<[[{ version: number }], number]>(
      'update rooms set version = version + 1 where id = $1 returning version',
      [roomId],
    )
    return row
  }

  /** Stores how a room is set up, within the lock. */
  async configure(room: RoomRow): Promise<RoomRow> {
    const [[row]] = await this.#manager.query<[[RoomRow], number]>(
      `update rooms r set name = $2, topic = $3, description = $4, history = $5, join_rule = $6,
         slow_mode_seconds = $7, retention_days = $8, archived_at = $9, archived_by = $10,
         version = version + 1
       where r.id = $1 returning ${columns}`,
      [
        room.id,
        room.name,
        room.topic,
        room.description,
        room.history,
        room.joinRule,
        room.slowModeSeconds,
        room.retentionDays,
        room.archivedAt,
        room.archivedBy,
      ],
    )
    return row
  }

  /** Counts people who came (or, negative, left), within the lock. */
  async countMembers(roomId: string, difference: number): Promise<RoomRow> {
    const [[row]] = await this.#manager.query<[[RoomRow], number]>(
      `update rooms r set member_count = member_count + $2, members_version = members_version + 1,
         version = version + 1
       where r.id = $1 returning ${columns}`,
      [roomId, difference],
    )
    return row
  }
}
