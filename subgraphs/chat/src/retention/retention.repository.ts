import type { EntityManager } from 'typeorm'

/** What one batch has removed. */
export interface Removal {
  readonly count: number
  readonly removedThrough: number
  readonly removals: number
  readonly version: number
}

export type RetentionReads = Pick<RetentionRepository, 'roomsThatForget'>

export class RetentionRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The rooms that keep messages for a time only, after an id, in its order. */
  async roomsThatForget(afterId: string | null, limit: number): Promise<string[]> {
    const rows = await this.#manager.query<{ id: string }[]>(
      `select id from rooms where retention_days is not null and ($1::uuid is null or id > $1)
       order by id limit $2`,
      [afterId, limit],
    )
    return rows.map((row) => row.id)
  }

  /**
   * The sequence of the last message that was sent before a moment; 0 when there is none. Times never run backwards
   * within a room: it is found by halving, without a walk through what is kept.
   */
  async lastBefore(roomId: string, moment: Date, latestSequence: number): Promise<number> {
    let old = 0
    let young = latestSequence + 1
    while (young - old > 1) {
      const middle = Math.floor((old + young) / 2)
      const [found] = await this.#manager.query<{ sequence: number; isOld: boolean }[]>(
        `select sequence, sent_at < $3 as "isOld" from messages
         where room_id = $1 and sequence >= $2 order by sequence limit 1`,
        [roomId, middle, moment],
      )
      if (found?.isOld) old = found.sequence
      else young = middle
    }
    return old
  }

  /**
   * Removes a room's oldest messages up to a sequence, `limit` of them with the threads that began with them; undefined
   * when there is nothing to remove. A thread goes when its latest reply is not after that sequence, and what is pinned
   * stays, with its thread. Within the room's lock.
   *
   * The room notes how far it was, and the highest change among them, so that live feeds neither wait for what is gone
   * nor show it.
   */
  async removeThrough(
    roomId: string,
    sequence: number,
    limit: number,
  ): Promise<Removal | undefined> {
    const gone = await this.#manager.query<{ id: string }[]>(
      `with roots as (
         select m.id from messages m
         where m.room_id = $1 and m.sequence <= $2 and m.thread_id is null and m.pinned_at is null
           and not exists (
             select 1 from messages reply where reply.thread_id = m.id
               and (reply.sequence > $2 or reply.pinned_at is not null))
         order by m.sequence limit $3
       )
       select id from roots
       union all select reply.id from messages reply join roots on reply.thread_id = roots.id`,
      [roomId, sequence, limit],
    )
    if (gone.length === 0) return undefined
    const ids = gone.map((row) => row.id)
    await this.#manager.query('delete from revisions where message_id = any($1)', [ids])
    await this.#manager.query('delete from reactions where message_id = any($1)', [ids])
    const [[removal]] = await this.#manager.query<[[Removal], number]>(
      `with removed as (
         delete from messages where id = any($2) returning sequence, changed
       ), most as (
         select count(*)::integer as count, max(sequence) as sequence, max(changed) as changed
         from removed
       )
       update rooms r set removed_through = greatest(r.removed_through, most.sequence),
         removed_change = greatest(r.removed_change, most.changed), removals = r.removals + 1,
         version = r.version + 1
       from most where r.id = $1
       returning most.count, r.removed_through as "removedThrough", r.removals, r.version`,
      [roomId, ids],
    )
    return removal
  }
}
