import type { EntityManager } from 'typeorm'
import type { FilterAction } from './word-filter.ts'

export interface WordFilterRow {
  readonly id: string
  readonly roomId: string
  /** As they were given. */
  readonly words: string
  readonly folded: string
  readonly action: FilterAction
  readonly createdBy: string
  readonly createdAt: Date
}

/** How many filters a room may have; the database refuses more. */
export const mostFilters = 200

export type WordFilterReads = Pick<WordFilterRepository, 'ofRooms'>

const columns = `id, room_id as "roomId", words, folded, action, created_by as "createdBy",
  created_at as "createdAt"`

export class WordFilterRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The oldest first. */
  ofRooms(roomIds: readonly string[]): Promise<WordFilterRow[]> {
    return this.#manager.query(
      `select ${columns} from word_filters where room_id = any($1) order by room_id, created_at, id`,
      [roomIds],
    )
  }

  ofRoom(roomId: string): Promise<WordFilterRow[]> {
    return this.ofRooms([roomId])
  }

  async byId(id: string): Promise<WordFilterRow | undefined> {
    const rows = await this.#manager.query<WordFilterRow[]>(
      `select ${columns} from word_filters where id = $1`,
      [id],
    )
    return rows[0]
  }

  /** Within the room's lock. A filter of the same words gets the new action and keeps its id. */
  async set(filter: WordFilterRow): Promise<WordFilterRow> {
    const [row] = await this.#manager.query<[WordFilterRow]>(
      `with stored as (
         insert into word_filters (id, room_id, words, folded, action, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (room_id, folded) do update set action = excluded.action
         returning *
       ), counted as (
         update rooms set filter_count = filter_count + 1
         where id = $2 and exists (select 1 from stored where stored.id = $1)
       )
       select ${columns} from stored`,
      [
        filter.id,
        filter.roomId,
        filter.words,
        filter.folded,
        filter.action,
        filter.createdBy,
        filter.createdAt,
      ],
    )
    return row
  }

  /** Within the room's lock. False when it was gone. */
  async remove({ id, roomId }: Pick<WordFilterRow, 'id' | 'roomId'>): Promise<boolean> {
    const rows = await this.#manager.query<{ removed: number }[]>(
      `with gone as (
         delete from word_filters where id = $1 and room_id = $2 returning 1
       ), counted as (
         update rooms set filter_count = filter_count - 1 where id = $2 and exists (select 1 from gone)
       )
       select count(*)::integer as removed from gone`,
      [id, roomId],
    )
    return rows[0]?.removed === 1
  }
}
