import type { NumberedPart } from '@gravity/shared/people/export-reader'
import type { EntityManager } from 'typeorm'

export interface DataExportRow {
  readonly id: string
  readonly userId: string
  readonly status: 'collecting' | 'ready'
  readonly requestedAt: Date
  readonly readyAt: Date | null
  readonly expiresAt: Date | null
  /** How often the services were asked. */
  readonly attempt: number
  /** The services whose answer is complete. */
  readonly answered: readonly string[]
}

/** A part of a service's answer to having been asked for the `attempt`th time. */
export interface ArrivedPart extends NumberedPart {
  readonly exportId: string
  readonly service: string
  readonly attempt: number
}

export type DataExportReads = Pick<DataExportRepository, 'latestOf' | 'ready' | 'partsOf'>

const columns = `id, user_id as "userId", status, requested_at as "requestedAt", ready_at as "readyAt",
  expires_at as "expiresAt", attempt, array(
    select service from data_export_parts p where p.export_id = e.id
    group by service, p.attempt having count(*) = max(number) filter (where is_last) order by service) as answered`

export class DataExportRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** What is being collected, or else what is ready. */
  async latestOf(userId: string, now: Date): Promise<DataExportRow | undefined> {
    const rows: DataExportRow[] = await this.#manager.query(
      `select ${columns} from data_exports e
       where user_id = $1 and (expires_at is null or expires_at > $2) order by requested_at desc, id desc limit 1`,
      [userId, now],
    )
    return rows[0]
  }

  async ready(id: string, now: Date): Promise<DataExportRow | undefined> {
    const rows: DataExportRow[] = await this.#manager.query(
      `select ${columns} from data_exports e where id = $1 and status = 'ready' and expires_at > $2`,
      [id, now],
    )
    return rows[0]
  }

  /** In the order in which they belong together. */
  partsOf(id: string): Promise<Pick<ArrivedPart, 'service' | 'sections'>[]> {
    return this.#manager.query(
      'select service, sections from data_export_parts where export_id = $1 order by service, number',
      [id],
    )
  }

  /** False while another one of the person is being collected. */
  async begin(id: string, userId: string, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `insert into data_exports (id, user_id, status, requested_at, asked_at) values ($1, $2, 'collecting', $3, $3)
       on conflict do nothing returning id`,
      [id, userId, now],
    )
    return rows.length === 1
  }

  /** Locks an export that is being collected until the transaction ends. */
  async lockCollecting(id: string): Promise<DataExportRow | undefined> {
    const rows: unknown[] = await this.#manager.query(
      `select from data_exports where id = $1 and status = 'collecting' for update`,
      [id],
    )
    return rows.length === 1 ? this.#row(id) : undefined
  }

  /** Keeps a part, once, unless a later answer of the service has begun to arrive; forgets the service's earlier ones. */
  async keepPart(part: ArrivedPart): Promise<void> {
    const { attempt, exportId, service } = part
    await this.#manager.query(
      'delete from data_export_parts where export_id = $1 and service = $2 and attempt < $3',
      [exportId, service, attempt],
    )
    await this.#manager.query(
      `insert into data_export_parts (export_id, service, attempt, number, is_last, sections)
       select $1, $2, $3::integer, $4, $5, $6 where not exists (
         select from data_export_parts where export_id = $1 and service = $2 and attempt > $3::integer)
       on conflict do nothing`,
      [exportId, service, attempt, part.number, part.isLast, JSON.stringify(part.sections)],
    )
  }

  /** Makes it the person's only one. Within the lock. */
  async finish(
    { id, userId }: DataExportRow,
    { now, expiresAt }: { readonly now: Date; readonly expiresAt: Date },
  ): Promise<void> {
    await this.#manager.query(`delete from data_exports where user_id = $1 and status = 'ready'`, [
      userId,
    ])
    await this.#manager.query(
      `update data_exports set status = 'ready', ready_at = $2, expires_at = $3 where id = $1`,
      [id, now, expiresAt],
    )
  }

  /** Counts that the services are asked once more, for those that were last asked before; each process takes others. */
  async askAgain(askedBefore: Date, now: Date): Promise<DataExportRow[]> {
    const [rows]: [DataExportRow[]] = await this.#manager.query(
      `update data_exports e set attempt = attempt + 1, asked_at = $2
       where id in (select id from data_exports where status = 'collecting' and asked_at < $1
         order by asked_at limit 100 for update skip locked) returning ${columns}`,
      [askedBefore, now],
    )
    return rows
  }

  async removeExpired(now: Date): Promise<number> {
    const [, count] = await this.#manager.query('delete from data_exports where expires_at <= $1', [
      now,
    ])
    return count
  }

  async erase(userId: string): Promise<void> {
    await this.#manager.query('delete from data_exports where user_id = $1', [userId])
  }

  async #row(id: string): Promise<DataExportRow | undefined> {
    const rows: DataExportRow[] = await this.#manager.query(
      `select ${columns} from data_exports e where id = $1`,
      [id],
    )
    return rows[0]
  }
}
