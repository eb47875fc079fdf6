import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

/** Somebody who may not come into a room. */
export interface BanRow {
  readonly roomId: string
  readonly userId: string
  readonly bannedBy: string
  readonly reason: string | null
  readonly bannedAt: Date
  /** Null for a ban without an end. */
  readonly expiresAt: Date | null
}

/** The order of a room's bans: when (RFC 3339), then whom. */
export type BanKey = readonly [bannedAt: string, userId: string]

export type BanReads = Pick<BanRepository, 'pages'>

const columns = `b.room_id as "roomId", b.user_id as "userId", b.banned_by as "bannedBy", b.reason,
  b.banned_at as "bannedAt", b.expires_at as "expiresAt"`

export class BanRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The bans in force, the latest first. */
  pages(roomIds: readonly string[], at: Date, page: Page<BanKey>): Promise<BanRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['b.banned_at', 'b.user_id'],
      order: 'desc',
      parametersBefore: 3,
    })
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (
         select ${columns} from bans b
         where b.room_id = wanted.room_id and (b.expires_at is null or b.expires_at > $3) and ${where}
         order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, at, ...parameters],
    )
  }

  /** The bans in force of those people. Within the room's lock. */
  among(roomId: string, userIds: readonly string[], at: Date): Promise<BanRow[]> {
    return this.#manager.query(
      `select ${columns} from bans b
       where b.room_id = $1 and b.user_id = any($2) and (b.expires_at is null or b.expires_at > $3)`,
      [roomId, userIds, at],
    )
  }

  /** Takes the place of an earlier ban of the same person. */
  async set(ban: BanRow): Promise<void> {
    await this.#manager.query(
      `insert into bans (room_id, user_id, banned_by, reason, banned_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (room_id, user_id) do update set banned_by = excluded.banned_by,
         reason = excluded.reason, banned_at = excluded.banned_at, expires_at = excluded.expires_at`,
      [ban.roomId, ban.userId, ban.bannedBy, ban.reason, ban.bannedAt, ban.expiresAt],
    )
  }

  /** False when there was none in force. */
  async lift(roomId: string, userId: string, at: Date): Promise<boolean> {
    const [removed] = await this.#manager.query<[unknown[], number]>(
      `delete from bans where room_id = $1 and user_id = $2
       returning (expires_at is null or expires_at > $3) as active`,
      [roomId, userId, at],
    )
    // The statement above answers with just this column.
    return removed.some((row) => (row as { active: boolean }).active)
  }
}
