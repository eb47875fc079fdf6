import type { EntityManager } from 'typeorm'
import {
  type AuthenticationMethod,
  SessionEntity,
  type SessionRow,
} from '../sessions/session.entity.ts'

export type SessionProof = Pick<SessionRow, 'methods' | 'provedAt'>

export interface SessionOfAccount {
  readonly sessionId: string
  readonly accountId: string
}

export interface RenewedProof {
  readonly methods: readonly AuthenticationMethod[]
  /** Whether it adds to how the session was proved before, or takes its place. */
  readonly adds: boolean
  readonly now: Date
}

export type SessionProofReads = Pick<SessionProofRepository, 'of'>

export class SessionProofRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Undefined when the account has no such session, or it has ended. */
  async of({ accountId, sessionId }: SessionOfAccount): Promise<SessionProof | undefined> {
    const rows: SessionProof[] = await this.#manager.query(
      `select methods, proved_at as "provedAt" from sessions
       where id = $1 and account_id = $2 and revoked_at is null`,
      [sessionId, accountId],
    )
    return rows[0]
  }

  /** Undefined, and nothing changed, when the account has no such session, or it has ended. */
  async renew(
    { accountId, sessionId }: SessionOfAccount,
    { adds, methods, now }: RenewedProof,
  ): Promise<SessionRow | undefined> {
    const [, count] = await this.#manager.query(
      `update sessions set proved_at = $4, methods = case
         when $5 then array(select distinct method from unnest(methods || $3::text[]) method order by method)
         else $3::text[] end
       where id = $1 and account_id = $2 and revoked_at is null`,
      [sessionId, accountId, methods, now, adds],
    )
    if (count !== 1) return undefined
    return (await this.#manager.findOneBy(SessionEntity, { id: sessionId })) ?? undefined
  }
}
