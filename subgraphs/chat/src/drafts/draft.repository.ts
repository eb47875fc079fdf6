import type { EntityManager } from 'typeorm'

/** What a person has begun to write in a room. */
export interface DraftRow {
  readonly roomId: string
  readonly body: string
  readonly savedAt: Date
}

export type DraftReads = Pick<DraftRepository, 'ofPerson'>

export class DraftRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  ofPerson(userId: string, roomIds: readonly string[]): Promise<DraftRow[]> {
    return this.#manager.query(
      `select room_id as "roomId", body, saved_at as "savedAt"
       from drafts where user_id = $1 and room_id = any($2)`,
      [userId, roomIds],
    )
  }

  /** False for who is no member. */
  async save(userId: string, draft: DraftRow): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into drafts (room_id, user_id, body, saved_at)
       select room_id, user_id, $3, $4 from members where room_id = $1 and user_id = $2
       on conflict (room_id, user_id) do update
         set body = excluded.body, saved_at = excluded.saved_at
       returning room_id`,
      [draft.roomId, userId, draft.body, draft.savedAt],
    )
    return rows.length > 0
  }

  async discard(userId: string, roomId: string): Promise<void> {
    await this.#manager.query('delete from drafts where user_id = $1 and room_id = $2', [
      userId,
      roomId,
    ])
  }
}
