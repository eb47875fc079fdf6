import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

export type ReportReason =
  | 'spam'
  | 'harassment'
  | 'hate'
  | 'sexual'
  | 'violence'
  | 'other'
  | 'word_filter'

export type ReportStatus = 'open' | 'resolved' | 'dismissed'

export interface ReportRow {
  readonly id: string
  readonly roomId: string
  readonly messageId: string
  readonly authorId: string
  /** Null when a word filter has found it. */
  readonly reporterId: string | null
  readonly reason: ReportReason
  readonly note: string | null
  /** What the message said then; kept until some time after the report is settled. */
  readonly evidence: string | null
  readonly reportedAt: Date
  readonly status: ReportStatus
  readonly settledBy: string | null
  readonly settledAt: Date | null
}

export type NewReport = Omit<ReportRow, 'status' | 'settledBy' | 'settledAt'>

/** The order of reports: when (RFC 3339), then the id. */
export type ReportKey = readonly [reportedAt: string, id: string]

export interface Settlement {
  readonly messageId: string
  readonly status: Exclude<ReportStatus, 'open'>
  readonly by: string
  readonly at: Date
}

export type ReportReads = Pick<ReportRepository, 'pages' | 'page'>

const columns = `p.id, p.room_id as "roomId", p.message_id as "messageId",
  p.author_id as "authorId", p.reporter_id as "reporterId", p.reason, p.note, p.evidence,
  p.reported_at as "reportedAt", p.status, p.settled_by as "settledBy", p.settled_at as "settledAt"`

export class ReportRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The same page of the reports of several rooms, the oldest first. */
  pages(
    roomIds: readonly string[],
    status: ReportStatus,
    page: Page<ReportKey>,
  ): Promise<ReportRow[]> {
    const { where, orderBy, parameters } = inOrder(page, 3)
    return this.#manager.query(
      `select page.* from unnest($1::uuid[]) as wanted (room_id)
       cross join lateral (
         select ${columns} from reports p
         where p.room_id = wanted.room_id and p.status = $3 and ${where}
         order by ${orderBy} limit $2
       ) as page`,
      [roomIds, page.limit, status, ...parameters],
    )
  }

  /** A page of the reports of all rooms. */
  page(status: ReportStatus, page: Page<ReportKey>): Promise<ReportRow[]> {
    const { where, orderBy, parameters } = inOrder(page, 2)
    return this.#manager.query(
      `select ${columns} from reports p
       where p.status = $1 and ${where} order by ${orderBy} limit $2`,
      [status, page.limit, ...parameters],
    )
  }

  async byId(id: string): Promise<ReportRow | undefined> {
    const rows = await this.#manager.query<ReportRow[]>(
      `select ${columns} from reports p where p.id = $1`,
      [id],
    )
    return rows[0]
  }

  /** False when the person, or a filter, has reported the message before. */
  async add(report: NewReport): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into reports (id, room_id, message_id, author_id, reporter_id, reason, note, evidence,
         reported_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [
        report.id,
        report.roomId,
        report.messageId,
        report.authorId,
        report.reporterId,
        report.reason,
        report.note,
        report.evidence,
        report.reportedAt,
      ],
    )
    return rows.length > 0
  }

  /** Settles all open reports of a message; resolves to how many there were. */
  async settle({ messageId, status, by, at }: Settlement): Promise<number> {
    const [, settled] = await this.#manager.query<[unknown[], number]>(
      `update reports set status = $2, settled_by = $3, settled_at = $4
       where message_id = $1 and status = 'open'`,
      [messageId, status, by, at],
    )
    return settled
  }

  /** Forgets what was said in messages whose reports were settled before a moment. */
  async forgetEvidence(settledBefore: Date): Promise<number> {
    const [, forgotten] = await this.#manager.query<[unknown[], number]>(
      `update reports set evidence = null where evidence is not null and settled_at < $1`,
      [settledBefore],
    )
    return forgotten
  }
}

function inOrder(page: Page<ReportKey>, parametersBefore: number) {
  return keysetSql(page, { columns: ['p.reported_at', 'p.id'], parametersBefore })
}
