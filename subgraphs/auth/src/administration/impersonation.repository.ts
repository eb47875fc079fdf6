import type { EntityManager } from 'typeorm'

/** A session in which an administrator acts as its person. */
export interface ImpersonationRow {
  readonly sessionId: string
  readonly impersonatorId: string
  /** The administrator's own session, with which it ends. */
  readonly impersonatorSessionId: string
}

export type ImpersonationReads = Pick<ImpersonationRepository, 'impersonatorsOf' | 'overdue'>

const mostOverdue = 100

export class ImpersonationRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insert(row: ImpersonationRow): Promise<void> {
    await this.#manager.query(
      'insert into impersonations (session_id, impersonator_id, impersonator_session_id) values ($1, $2, $3)',
      [row.sessionId, row.impersonatorId, row.impersonatorSessionId],
    )
  }

  /** By session, who acts as its person; without the sessions in which people are themselves. */
  async impersonatorsOf(sessionIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows: Pick<ImpersonationRow, 'sessionId' | 'impersonatorId'>[] =
      await this.#manager.query(
        `select session_id as "sessionId", impersonator_id as "impersonatorId"
         from impersonations where session_id = any($1)`,
        [sessionIds],
      )
    return new Map(rows.map(({ sessionId, impersonatorId }) => [sessionId, impersonatorId]))
  }

  /** Sessions whose time is over although nobody has ended them, at most a hundred. */
  async overdue(now: Date): Promise<string[]> {
    const rows: { id: string }[] = await this.#manager.query(
      `select s.id from impersonations i join sessions s on s.id = i.session_id
       where s.revoked_at is null and s.expires_at <= $1 limit ${mostOverdue}`,
      [now],
    )
    return rows.map(({ id }) => id)
  }
}
