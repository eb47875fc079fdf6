import type { EntityManager } from 'typeorm'

/** What a message said before an edit. */
export interface RevisionRow {
  readonly messageId: string
  /** 1 is how it was sent. */
  readonly number: number
  readonly body: string
  readonly writtenAt: Date
}

/** How often a message may be edited; the database keeps no more. */
export const mostRevisions = 50

export type RevisionReads = Pick<RevisionRepository, 'ofMessages'>

export class RevisionRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The oldest first. */
  ofMessages(messageIds: readonly string[]): Promise<RevisionRow[]> {
    return this.#manager.query(
      `select message_id as "messageId", number, body, written_at as "writtenAt"
       from revisions where message_id = any($1) order by message_id, number`,
      [messageIds],
    )
  }

  /** Keeps what a message says now; false when it has been edited as often as it may be. Within the room's lock. */
  async keep(messageId: string, body: string, writtenAt: Date): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into revisions (message_id, number, body, written_at)
       select $1, count(*) + 1, $2, $3 from revisions where message_id = $1
       having count(*) < ${mostRevisions} returning number`,
      [messageId, body, writtenAt],
    )
    return rows.length > 0
  }

  async forget(messageId: string): Promise<void> {
    await this.#manager.query('delete from revisions where message_id = $1', [messageId])
  }
}
