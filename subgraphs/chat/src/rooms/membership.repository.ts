import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { notBlocked } from '../people/block.repository.ts'
import { MembershipEntity, type MembershipRole, type MembershipRow } from './membership.entity.ts'

/** The order of a room's members: when they joined (RFC 3339), then the id. */
export type MemberKey = readonly [joinedAt: string, userId: string]

export interface MemberRow {
  readonly roomId: string
  readonly userId: string
  readonly joinedAt: Date
  readonly role: MembershipRole
  readonly mutedAt: Date | null
  readonly muteExpiresAt: Date | null
  readonly muteReason: string | null
}

/** A member as another one sees them. */
export type RosterRow = MemberRow & { readonly viewerRole: MembershipRole }

/** How people become members. */
export interface Joining {
  readonly role: MembershipRole
  readonly joinedAt: Date
  readonly visibleAfter: number
}

export type MembershipReads = Pick<MembershipRepository, 'pages'>

export class MembershipRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The same page of the members of several rooms. */
  pages(roomIds: readonly string[], page: Page<MemberKey>): Promise<MemberRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['m.joined_at', 'm.user_id'],
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (
         select m.room_id as "roomId", m.user_id as "userId", m.joined_at as "joinedAt", m.role,
           m.muted_at as "mutedAt", m.mute_expires_at as "muteExpiresAt",
           m.mute_reason as "muteReason"
         from memberships m
         where m.room_id = wanted.room_id and m.left_at is null and ${where}
         order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, ...parameters],
    )
  }

  /** Those of the people who are not members, in the order given. */
  async absentAmong(roomId: string, userIds: readonly string[]): Promise<string[]> {
    const rows = await this.#manager.query<{ userId: string }[]>(
      `select wanted.user_id as "userId"
       from unnest($2::uuid[]) with ordinality as wanted (user_id, place)
       where not exists (select 1 from members where room_id = $1 and user_id = wanted.user_id)
       order by wanted.place`,
      [roomId, userIds],
    )
    return rows.map((row) => row.userId)
  }

  /** Those of the ids, and of the people of the names, who are members and may be reached by the author. */
  async named(
    { roomId, authorId }: { readonly roomId: string; readonly authorId: string },
    ids: readonly string[],
    usernames: readonly string[],
  ): Promise<string[]> {
    const rows = await this.#manager.query<{ userId: string }[]>(
      `select user_id as "userId" from members
       where room_id = $1 and (user_id = any($2)
         or user_id in (select id from known_people where username = any($3)))
         and ${notBlocked('$4', 'user_id')}`,
      [roomId, ids, usernames, authorId],
    )
    return rows.map((row) => row.userId)
  }

  /** Undefined for who is no member. Within the room's lock. */
  async roleOf(roomId: string, userId: string): Promise<MembershipRole | undefined> {
    const rows = await this.#manager.query<{ role: MembershipRole }[]>(
      'select role from members where room_id = $1 and user_id = $2',
      [roomId, userId],
    )
    return rows[0]?.role
  }

  async countOwners(roomId: string): Promise<number> {
    const rows = await this.#manager.query<{ owners: number }[]>(
      `select count(*)::integer as owners from members where room_id = $1 and role = 'owner'`,
      [roomId],
    )
    return rows[0]?.owners ?? 0
  }

  async setRole(roomId: string, userId: string, role: MembershipRole): Promise<void> {
    await this.#manager.query(
      'update memberships set role = $3 where room_id = $1 and user_id = $2 and left_at is null',
      [roomId, userId, role],
    )
  }

  /** Makes people members who are not, also those who have left before. What they are muted for stays. */
  async join(roomId: string, userIds: readonly string[], joining: Joining): Promise<void> {
    await this.#manager.query(
      `insert into memberships (room_id, user_id, role, joined_at, visible_after)
       select $1, user_id, $3, $4, $5 from unnest($2::uuid[]) as joining (user_id)
       on conflict (room_id, user_id) do update
         set role = excluded.role, joined_at = excluded.joined_at,
           visible_after = excluded.visible_after, left_at = null`,
      [roomId, userIds, joining.role, joining.joinedAt, joining.visibleAfter],
    )
  }

  /**
   * Notes that a member writes, unless they have done so less than `seconds` ago: false then. Within the room's lock.
   * A clock that was set back keeps nobody waiting longer than that.
   */
  async takeTurn(
    roomId: string,
    turn: { readonly userId: string; readonly at: Date; readonly seconds: number },
  ): Promise<boolean> {
    const [, taken] = await this.#manager.query<[unknown[], number]>(
      `update memberships set paced_at = $3 where room_id = $1 and user_id = $2
         and (paced_at is null or paced_at <= $3::timestamptz - make_interval(secs => $4)
           or paced_at > $3::timestamptz + make_interval(secs => $4))`,
      [roomId, turn.userId, turn.at, turn.seconds],
    )
    return taken > 0
  }

  /** Takes away what a member may write, until then or, null, until it is given back. Within the room's lock. */
  async mute(
    roomId: string,
    userId: string,
    mute: { readonly at: Date; readonly expiresAt: Date | null; readonly reason: string | null },
  ): Promise<void> {
    await this.#manager.query(
      `update memberships set muted_at = $3, mute_expires_at = $4, mute_reason = $5
       where room_id = $1 and user_id = $2`,
      [roomId, userId, mute.at, mute.expiresAt, mute.reason],
    )
  }

  /** False when the person was not muted. */
  async unmute(roomId: string, userId: string): Promise<boolean> {
    const [, unmuted] = await this.#manager.query<[unknown[], number]>(
      `update memberships set muted_at = null, mute_expires_at = null, mute_reason = null
       where room_id = $1 and user_id = $2 and muted_at is not null`,
      [roomId, userId],
    )
    return unmuted > 0
  }

  async insertAll(rows: MembershipRow[]): Promise<void> {
    await this.#manager.insert(MembershipEntity, rows)
  }

  async leave(roomId: string, userId: string, leftAt: Date): Promise<void> {
    await this.#manager.query(
      `update memberships set left_at = $3 where room_id = $1 and user_id = $2 and left_at is null`,
      [roomId, userId, leftAt],
    )
  }

  async hasLeft(roomId: string, userId: string): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `select 1 from memberships where room_id = $1 and user_id = $2 and left_at is not null`,
      [roomId, userId],
    )
    return rows.length > 0
  }

  /** A room without an owner gets the member who has been there longest; does nothing when it has one. */
  async ensureOwner(roomId: string): Promise<void> {
    await this.#manager.query(
      `update memberships set role = 'owner'
       where room_id = $1
         and not exists (select 1 from members where room_id = $1 and role = 'owner')
         and user_id = (
           select user_id from members where room_id = $1 order by joined_at, user_id limit 1)`,
      [roomId],
    )
  }
}
