import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

/** What a person has not read in one room. */
export interface UnreadRow {
  readonly roomId: string
  readonly lastRead: number
  readonly messages: number
  readonly mentions: number
}

export interface UnreadSum {
  readonly rooms: number
  readonly messages: number
  readonly mentions: number
}

/** How far a member has read, as the others may know. */
export interface MemberReceipt {
  readonly userId: string
  readonly sequence: number
  readonly readAt: Date
}

export interface ReceiptRow extends MemberReceipt {
  readonly roomId: string
}

/** The order of a room's receipts: who has read furthest, then the id. */
export type ReceiptKey = readonly [sequence: number, userId: string]

export interface ReadMark {
  readonly roomId: string
  readonly userId: string
  readonly sequence: number
  readonly isPrivate: boolean
  readonly at: Date
}

/** Where counting a room's unread messages ends. */
export const mostUnread = 1_000

export type ReadMarkerReads = Pick<ReadMarkerRepository, 'unread' | 'totals' | 'receipts'>

/**
 * What somebody has to read at all, as SQL over a message's alias and the person's parameter: nothing of their own, nothing
 * withdrawn, and nothing by people whom they ignore.
 */
export function isNews(message: string, person: string): string {
  return `${message}.author_id <> ${person} and ${message}.redacted_at is null
    and not exists (select 1 from ignores i
      where i.user_id = ${person} and i.ignored_id = ${message}.author_id)`
}

/** Counts for the person $1 what follows the marker `k` in the room `r`; own and withdrawn messages are not news. */
const counted = `cross join lateral (
    select count(*)::integer as messages,
      (count(*) filter (where $1 = any(mention_ids) or mentions_room = 'everyone'))::integer as mentions
    from (
      select u.mention_ids, u.mentions_room from messages u
      where u.room_id = r.id and u.sequence > coalesce(k.last_read, 0)
        and ${isNews('u', '$1')}
      order by u.sequence limit ${mostUnread}
    ) as unread
  ) as counted`

const unreadRooms = `from members m
  join rooms r on r.id = m.room_id
  left join read_markers k on k.room_id = m.room_id and k.user_id = m.user_id
  ${counted}
  where m.user_id = $1`

export class ReadMarkerRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** For each of the rooms in which the person is a member. */
  unread(userId: string, roomIds: readonly string[]): Promise<UnreadRow[]> {
    return this.#manager.query(
      `select r.id as "roomId", coalesce(k.last_read, 0) as "lastRead", counted.messages,
         counted.mentions
       ${unreadRooms} and m.room_id = any($2)`,
      [userId, roomIds],
    )
  }

  async totals(userId: string): Promise<UnreadSum> {
    const rows = await this.#manager.query<UnreadSum[]>(
      `select count(*) filter (where counted.messages > 0)::integer as rooms,
         coalesce(sum(counted.messages), 0)::integer as messages,
         coalesce(sum(counted.mentions), 0)::integer as mentions
       ${unreadRooms} and r.latest_sequence > coalesce(k.last_read, 0)`,
      [userId],
    )
    return rows[0] ?? { rooms: 0, messages: 0, mentions: 0 }
  }

  /** The same page of the receipts of several rooms, of present members, whoever has read furthest first. */
  receipts(roomIds: readonly string[], page: Page<ReceiptKey>): Promise<ReceiptRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['k.shown_read', 'k.user_id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select wanted.room_id as "roomId", page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (
         select k.user_id as "userId", k.shown_read as sequence, k.shown_at as "readAt"
         from read_markers k join members m on m.room_id = k.room_id and m.user_id = k.user_id
         where k.room_id = wanted.room_id and k.shown_read > 0 and ${where}
         order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, ...parameters],
    )
  }

  /**
   * Moves a member's marker forward, never back, and not beyond the room's latest message. Resolves to what the others
   * may know now, which a private mark leaves as it was; undefined for who is no member.
   */
  async raise(mark: ReadMark): Promise<ReceiptRow | undefined> {
    const rows = await this.#manager.query<ReceiptRow[]>(
      `insert into read_markers as k (room_id, user_id, last_read, shown_read, shown_at)
       select m.room_id, m.user_id, mark.sequence, mark.shown, case when mark.shown > 0 then $5::timestamptz end
       from members m join rooms r on r.id = m.room_id
       cross join lateral (
         select least($3, r.latest_sequence) as sequence,
           case when $4 then 0 else least($3, r.latest_sequence) end as shown) as mark
       where m.room_id = $1 and m.user_id = $2
       on conflict (room_id, user_id) do update set
         last_read = greatest(k.last_read, excluded.last_read),
         shown_read = greatest(k.shown_read, excluded.shown_read),
         shown_at = case when excluded.shown_read > k.shown_read then excluded.shown_at else k.shown_at end
       returning k.room_id as "roomId", k.user_id as "userId", k.shown_read as sequence,
         k.shown_at as "readAt"`,
      [mark.roomId, mark.userId, mark.sequence, mark.isPrivate, mark.at],
    )
    return rows[0]
  }

  /** What was said before people came is no news to them. Within the room's lock. */
  async begin(roomId: string, userIds: readonly string[]): Promise<void> {
    await this.#manager.query(
      `insert into read_markers as k (room_id, user_id, last_read)
       select r.id, joined.user_id, r.latest_sequence
       from rooms r cross join unnest($2::uuid[]) as joined (user_id) where r.id = $1
       on conflict (room_id, user_id) do update
         set last_read = greatest(k.last_read, excluded.last_read)`,
      [roomId, userIds],
    )
  }
}
