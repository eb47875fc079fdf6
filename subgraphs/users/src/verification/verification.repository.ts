import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import type { AnnouncedProfile } from '../profiles/announce-profile.ts'

export type VerificationStatus = 'pending' | 'accepted' | 'declined' | 'withdrawn'

export interface VerificationRequestRow {
  readonly id: string
  readonly userId: string
  readonly reason: string
  readonly status: VerificationStatus
  readonly requestedAt: Date
  readonly decidedAt: Date | null
  readonly decidedBy: string | null
  readonly note: string | null
}

export type VerificationAction =
  | 'requested'
  | 'accepted'
  | 'declined'
  | 'request-withdrawn'
  | 'badge-withdrawn'

export interface VerificationLogRow {
  readonly id: string
  readonly occurredAt: Date
  readonly actorId: string
  readonly userId: string
  readonly action: VerificationAction
  readonly note: string | null
}

export type VerificationReads = Pick<VerificationRepository, 'latestOf' | 'requests' | 'log'>

const columns = `id, user_id as "userId", reason, status, requested_at as "requestedAt", decided_at as "decidedAt",
  decided_by as "decidedBy", note`

export class VerificationRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async latestOf(userId: string): Promise<VerificationRequestRow | undefined> {
    const rows: VerificationRequestRow[] = await this.#manager.query(
      `select ${columns} from verification_requests where user_id = $1 order by id desc limit 1`,
      [userId],
    )
    return rows[0]
  }

  async byId(id: string): Promise<VerificationRequestRow | undefined> {
    const rows: VerificationRequestRow[] = await this.#manager.query(
      `select ${columns} from verification_requests where id = $1`,
      [id],
    )
    return rows[0]
  }

  /** The oldest first: of one status or of all. */
  requests(
    status: VerificationStatus | null,
    page: Page<readonly [string]>,
  ): Promise<VerificationRequestRow[]> {
    const { orderBy, parameters, where } = keysetSql(page, { columns: ['id'], parametersBefore: 2 })
    return this.#manager.query(
      `select ${columns} from verification_requests
       where ($1::text is null or status = $1) and ${where} order by ${orderBy} limit $2`,
      [status, page.limit, ...parameters],
    )
  }

  /** The newest first: about one person or about all. */
  log(userId: string | null, page: Page<readonly [string]>): Promise<VerificationLogRow[]> {
    const { orderBy, parameters, where } = keysetSql(page, {
      columns: ['id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select id, occurred_at as "occurredAt", actor_id as "actorId", user_id as "userId", action, note
       from verification_log where ($1::uuid is null or user_id = $1::uuid) and ${where}
       order by ${orderBy} limit $2`,
      [userId, page.limit, ...parameters],
    )
  }

  /** False when one of the person is pending. */
  async request(row: Pick<VerificationRequestRow, 'id' | 'userId' | 'reason' | 'requestedAt'>) {
    const rows: unknown[] = await this.#manager.query(
      `insert into verification_requests (id, user_id, reason, status, requested_at)
       values ($1, $2, $3, 'pending', $4) on conflict do nothing returning id`,
      [row.id, row.userId, row.reason, row.requestedAt],
    )
    return rows.length === 1
  }

  /** Ends a pending request, by its id or its person; undefined when there is none that is pending. */
  async decide(
    of: { readonly id: string } | { readonly userId: string },
    decision: Pick<VerificationRequestRow, 'status' | 'decidedBy' | 'decidedAt' | 'note'>,
  ): Promise<VerificationRequestRow | undefined> {
    const [rows]: [VerificationRequestRow[]] = await this.#manager.query(
      `update verification_requests set status = $3, decided_by = $4, decided_at = $5, note = $6
       where (id = $1::uuid or user_id = $2::uuid) and status = 'pending' returning ${columns}`,
      [
        'id' in of ? of.id : null,
        'userId' in of ? of.userId : null,
        decision.status,
        decision.decidedBy,
        decision.decidedAt,
        decision.note,
      ],
    )
    return rows[0]
  }

  /** Gives or, with null, takes the badge; undefined when that changes nothing. */
  async setBadge(userId: string, verifiedAt: Date | null): Promise<AnnouncedProfile | undefined> {
    const [rows]: [AnnouncedProfile[]] = await this.#manager.query(
      `update profiles set verified_at = $2, version = version + 1
       where id = $1 and erased_at is null and (verified_at is null) <> ($2::timestamptz is null)
       returning username::text as username, display_name as "displayName", version`,
      [userId, verifiedAt],
    )
    return rows[0]
  }

  async exists(userId: string): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      'select from profiles where id = $1 and erased_at is null',
      [userId],
    )
    return rows.length === 1
  }

  async record(entry: VerificationLogRow): Promise<void> {
    await this.#manager.query(
      'insert into verification_log (id, occurred_at, actor_id, user_id, action, note) values ($1, $2, $3, $4, $5, $6)',
      [entry.id, entry.occurredAt, entry.actorId, entry.userId, entry.action, entry.note],
    )
  }

  /** The log stays: it says who decided what about whom, and not why somebody asked. */
  async erase(userId: string): Promise<void> {
    await this.#manager.query('delete from verification_requests where user_id = $1', [userId])
  }
}
