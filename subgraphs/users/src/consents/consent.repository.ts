import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

/** What somebody has agreed to, or has agreed to no longer. */
export interface ConsentRow {
  readonly id: string
  readonly userId: string
  readonly document: string
  readonly version: string
  readonly isGiven: boolean
  readonly recordedAt: Date
  readonly userAgent: string | null
  readonly clientNetwork: string | null
}

export type ConsentReads = Pick<ConsentRepository, 'current' | 'history'>

const columns = `id, user_id as "userId", document, version, is_given as "isGiven", recorded_at as "recordedAt",
  user_agent as "userAgent", client_network as "clientNetwork"`

export class ConsentRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The latest record about each document; each person has but a few documents. */
  current(userId: string): Promise<ConsentRow[]> {
    return this.#manager.query(
      `select distinct on (document) ${columns} from consents where user_id = $1
       order by document, id desc limit 100`,
      [userId],
    )
  }

  /** The latest first. */
  history(userId: string, page: Page<readonly [string]>): Promise<ConsentRow[]> {
    const { orderBy, parameters, where } = keysetSql(page, {
      columns: ['id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select ${columns} from consents where user_id = $1 and ${where} order by ${orderBy} limit $2`,
      [userId, page.limit, ...parameters],
    )
  }

  /** Lets only one transaction at a time add to a person's records, until it ends. */
  async lock(userId: string): Promise<void> {
    await this.#manager.query('select pg_advisory_xact_lock(hashtextextended($1, 36))', [userId])
  }

  async insert(row: ConsentRow): Promise<void> {
    await this.#manager.query(
      `insert into consents (id, user_id, document, version, is_given, recorded_at, user_agent, client_network)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        row.id,
        row.userId,
        row.document,
        row.version,
        row.isGiven,
        row.recordedAt,
        row.userAgent,
        row.clientNetwork,
      ],
    )
  }

  /** Forgets by which clients a person agreed; that and to what they did, the law may ask for. */
  async erase(userId: string): Promise<void> {
    await this.#manager.query(
      `update consents set user_agent = null, client_network = null
       where user_id = $1 and (user_agent is not null or client_network is not null)`,
      [userId],
    )
  }
}
