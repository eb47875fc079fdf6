import type { EntityManager } from 'typeorm'
import type { AttentionRow, NotificationLevel, RoomWishRow } from './attention.ts'

/** Whom a new message speaks to. */
export interface Call {
  readonly roomId: string
  readonly authorId: string
  /** Null for all members. */
  readonly userIds: readonly string[] | null
  readonly at: Date
}

export type AttentionReads = Pick<AttentionRepository, 'ofPeople' | 'ofRooms'>

/** What people want to be told. */
export class AttentionRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** One row for each. */
  async ofPeople(userIds: readonly string[]): Promise<AttentionRow[]> {
    const rows = await this.#manager.query<
      (AttentionRow & { readonly mutedUntil: readonly (Date | null)[] })[]
    >(
      `select w.user_id as "userId", coalesce(s.notification_level, 'all') as level,
         array(select i.ignored_id::text from ignores i where i.user_id = w.user_id) as "ignoredIds",
         coalesce(wishes.rooms, '[]') as rooms, coalesce(wishes.muted_until, '{}') as "mutedUntil"
       from unnest($1::uuid[]) as w (user_id) left join settings s on s.user_id = w.user_id
       cross join lateral (
         select json_agg(json_build_object('roomId', n.room_id, 'level', n.level) order by n.room_id)
             as rooms,
           array_agg(n.muted_until order by n.room_id) as muted_until
         from room_wishes n where n.user_id = w.user_id) as wishes`,
      [userIds],
    )
    return rows.map(({ mutedUntil, rooms, ...row }) => ({
      ...row,
      rooms: rooms.map((room, index) => ({ ...room, mutedUntil: mutedUntil[index] ?? null })),
    }))
  }

  /** What a person wants of each of the rooms; none for those of which they want the same as everywhere. */
  ofRooms(userId: string, roomIds: readonly string[]): Promise<RoomWishRow[]> {
    return this.#manager.query(
      `select room_id as "roomId", level, muted_until as "mutedUntil"
       from room_wishes where user_id = $1 and room_id = any($2)`,
      [userId, roomIds],
    )
  }

  /** False for who is no member. */
  async wish(userId: string, wish: RoomWishRow): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into room_wishes (user_id, room_id, level, muted_until)
       select user_id, room_id, $3, $4 from members where user_id = $1 and room_id = $2
       on conflict (user_id, room_id) do update
         set level = excluded.level, muted_until = excluded.muted_until
       returning room_id`,
      [userId, wish.roomId, wish.level, wish.mutedUntil],
    )
    return rows.length > 0
  }

  /** Those to whom a message speaks who want to hear it: not the author, nor those who ignore them or want nothing. */
  async listenersTo({ roomId, authorId, userIds, at }: Call): Promise<string[]> {
    const rows = await this.#manager.query<{ userId: string }[]>(
      `select m.user_id as "userId" from members m
       left join settings s on s.user_id = m.user_id
       left join room_wishes n on n.user_id = m.user_id and n.room_id = m.room_id
       where m.room_id = $1 and m.user_id <> $2 and ($3::uuid[] is null or m.user_id = any($3))
         and coalesce(n.level, s.notification_level, 'all') <> ${"'nothing'" satisfies `'${NotificationLevel}'`}
         and (n.muted_until is null or n.muted_until <= $4)
         and not exists (select 1 from ignores i where i.user_id = m.user_id and i.ignored_id = $2)
       order by m.user_id`,
      [roomId, authorId, userIds, at],
    )
    return rows.map((row) => row.userId)
  }
}
