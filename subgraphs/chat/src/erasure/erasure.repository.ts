import type { EntityManager } from 'typeorm'

/** What is somebody's own and goes with them, by the column that names them. */
const ownRows = [
  ['memberships', `user_id = $1 and left_at is not null`],
  ['read_markers', 'user_id = $1'],
  ['drafts', 'user_id = $1'],
  ['settings', 'user_id = $1'],
  ['room_wishes', 'user_id = $1'],
  ['ignores', '$1 in (user_id, ignored_id)'],
  ['blocks', '$1 in (blocker_id, blocked_id)'],
  ['invitations', '$1 in (invitee_id, inviter_id)'],
  ['invite_links', 'created_by = $1'],
  ['bans', 'user_id = $1'],
] as const

/**
 * What chat erases of a person. Their messages stay, in the name of a deleted person, and so do direct conversations,
 * which are the other one's too; what moderators have recorded stays as it is.
 */
export class ErasureRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The rooms that the person is to leave, in an order that is the same for everybody who locks several. */
  async roomsToLeave(userId: string): Promise<string[]> {
    const rows = await this.#manager.query<{ id: string }[]>(
      `select r.id from members m join rooms r on r.id = m.room_id
       where m.user_id = $1 and r.kind <> 'direct' order by r.id`,
      [userId],
    )
    return rows.map(({ id }) => id)
  }

  async removeOwnRows(userId: string): Promise<void> {
    for (const [table, condition] of ownRows) {
      await this.#manager.query(`delete from ${table} where ${condition}`, [userId])
    }
    await this.#manager.query(
      `update memberships set muted_at = null, mute_expires_at = null, mute_reason = null, paced_at = null
       where user_id = $1`,
      [userId],
    )
  }

  /** Takes the person's reactions back. The messages change by it, in the order of their rooms' changes. */
  async removeReactions(userId: string): Promise<void> {
    await this.#manager.query(
      `with gone as (
         delete from reactions where user_id = $1 returning message_id
       ), touched as (
         select m.id, m.room_id, row_number() over (partition by m.room_id order by m.id)::integer as place,
           count(*) over (partition by m.room_id)::integer as total
         from messages m where m.id in (select message_id from gone)
       ), counted as (
         update rooms r set latest_change = latest_change + t.total, version = version + 1
         from (select distinct room_id, total from touched) t where r.id = t.room_id
         returning r.id, r.latest_change - t.total as before
       )
       update messages m set changed = counted.before + touched.place
       from touched join counted on counted.id = touched.room_id where m.id = touched.id`,
      [userId],
    )
  }

  /** Nobody brings the person into a room again, whatever is heard of them later. */
  async forget(userId: string, at: Date): Promise<void> {
    await this.#manager.query(
      `insert into known_people (id, erased_at) values ($1, $2)
       on conflict (id) do update set username = null, erased_at = coalesce(known_people.erased_at, excluded.erased_at)`,
      [userId, at],
    )
  }
}
