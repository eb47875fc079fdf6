import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import type { MembershipRole } from './membership.entity.ts'
import { RoomEntity, type RoomRow } from './room.entity.ts'

/** A room as one of its members sees it. */
export type VisibleRoomRow = RoomRow & { readonly viewerRole: MembershipRole }

/** The order of a viewer's rooms: the latest activity (RFC 3339), then the id. */
export type ActivityKey = readonly [lastActivityAt: string, id: string]

/** How far a room has come, for a live feed to compare itself with. */
export interface RoomPosition {
  readonly roomId: string
  readonly latestSequence: number
  readonly latestChange: number
  readonly membersVersion: number
}

export interface MembershipKey {
  readonly roomId: string
  readonly userId: string
}

/** How far a room has come, as one of its members may know. */
export type MemberPosition = RoomPosition & MembershipKey

/** Who may hear what a room's feed delivers. */
export interface RoomAudience {
  readonly membersVersion: number
  readonly memberIds: readonly string[]
}

export type RoomReads = Pick<
  RoomRepository,
  'visibleByIds' | 'pageOfViewer' | 'positionsForMembers' | 'positions' | 'audience'
>

const columns = `r.id, r.name, r.created_by as "createdBy", r.created_at as "createdAt",
  r.member_count as "memberCount", r.members_version as "membersVersion",
  r.latest_sequence as "latestSequence", r.last_message_at as "lastMessageAt",
  r.latest_change as "latestChange", r.version`

const position = `r.id as "roomId", r.latest_sequence as "latestSequence",
  r.latest_change as "latestChange", r.members_version as "membersVersion"`

export class RoomRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  visibleByIds(viewerId: string, ids: readonly string[]): Promise<VisibleRoomRow[]> {
    return this.#manager.query(
      `select ${columns}, m.role as "viewerRole"
       from members m join rooms r on r.id = m.room_id
       where m.user_id = $1 and m.room_id = any($2)`,
      [viewerId, ids],
    )
  }

  pageOfViewer(viewerId: string, page: Page<ActivityKey>): Promise<VisibleRoomRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['r.last_activity_at', 'r.id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select ${columns}, m.role as "viewerRole"
       from members m join rooms r on r.id = m.room_id
       where m.user_id = $1 and ${where} order by ${orderBy} limit $2`,
      [viewerId, page.limit, ...parameters],
    )
  }

  /** The rooms of those pairs in which the person is a member. */
  positionsForMembers(memberships: readonly MembershipKey[]): Promise<MemberPosition[]> {
    return this.#manager.query(
      `select ${position}, m.user_id as "userId"
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
         array(select m.user_id::text from members m where m.room_id = r.id) as "memberIds"
       from rooms r where r.id = $1`,
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
      `select ${columns}, m.role as "viewerRole"
       from rooms r join memberships m on m.room_id = r.id
       where r.id = $1 and m.user_id = $2 and m.left_at is null
       for no key update of r for share of m`,
      [roomId, userId],
    )
    return rows[0]
  }

  /** `lockForMember` for the room of a message. */
  async lockForReader(messageId: string, userId: string): Promise<VisibleRoomRow | undefined> {
    const rows = await this.#manager.query<VisibleRoomRow[]>(
      `select ${columns}, m.role as "viewerRole"
       from messages x join rooms r on r.id = x.room_id join memberships m on m.room_id = r.id
       where x.id = $1 and m.user_id = $2 and m.left_at is null
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

  /** Within the lock. */
  async rename(roomId: string, name: string | null): Promise<{ readonly version: number }> {
    const [[row]] = await this.#manager.query<[[{ version: number }], number]>(
      'update rooms set name = $2, version = version + 1 where id = $1 returning version',
      [roomId, name],
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
