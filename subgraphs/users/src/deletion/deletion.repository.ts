import type { EntityManager } from 'typeorm'

export type DeletionStatus = 'scheduled' | 'cancelled' | 'begun' | 'completed'

/** One person's way out. */
export interface DeletionRow {
  readonly id: string
  readonly userId: string
  readonly status: DeletionStatus
  readonly requestedBy: string
  readonly requestedAt: Date
  readonly dueAt: Date
  /** How often the services were asked to erase. */
  readonly asked: number
}

export type DeletionReads = Pick<DeletionRepository, 'latestOf' | 'open'>

const columns = `id, user_id as "userId", status, requested_by as "requestedBy", requested_at as "requestedAt",
  due_at as "dueAt", asked`

export class DeletionRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async latestOf(userId: string): Promise<DeletionRow | undefined> {
    const rows: DeletionRow[] = await this.#manager.query(
      `select ${columns} from account_deletions where user_id = $1 order by requested_at desc, id desc limit 1`,
      [userId],
    )
    return rows[0]
  }

  /** Those that have begun and not ended, the oldest first, with the services that have not answered. */
  open(limit: number): Promise<(DeletionRow & { readonly waitsFor: readonly string[] })[]> {
    return this.#manager.query(
      `select ${columns}, array(select service from account_deletion_services s
         where s.deletion_id = d.id and acknowledged_at is null order by service) as "waitsFor"
       from account_deletions d where status = 'begun' order by asked_at, id limit $1`,
      [limit],
    )
  }

  /** False when the person has one that is scheduled, has begun or is over. */
  async schedule(row: Omit<DeletionRow, 'status' | 'asked'>): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `insert into account_deletions (id, user_id, status, requested_by, requested_at, due_at)
       values ($1, $2, 'scheduled', $3, $4, $5) on conflict (user_id) where status <> 'cancelled' do nothing
       returning id`,
      [row.id, row.userId, row.requestedBy, row.requestedAt, row.dueAt],
    )
    return rows.length === 1
  }

  async cancel(userId: string, now: Date): Promise<DeletionRow | undefined> {
    const [rows]: [DeletionRow[]] = await this.#manager.query(
      `update account_deletions set status = 'cancelled', ended_at = $2
       where user_id = $1 and status = 'scheduled' returning ${columns}`,
      [userId, now],
    )
    return rows[0]
  }

  /** Makes a scheduled one due at once, in somebody's name. */
  async hasten(userId: string, orderedBy: string, now: Date): Promise<void> {
    await this.#manager.query(
      `update account_deletions set due_at = least(due_at, $3), requested_by = $2
       where user_id = $1 and status = 'scheduled'`,
      [userId, orderedBy, now],
    )
  }

  /** Begins one that is due, and notes whose answers it waits for; undefined when another process was first. */
  async begin(
    due: { readonly id?: string; readonly userId?: string },
    services: readonly string[],
    now: Date,
  ): Promise<DeletionRow | undefined> {
    const [rows]: [DeletionRow[]] = await this.#manager.query(
      `update account_deletions set status = 'begun', asked = 1, asked_at = $3
       where (id = $1::uuid or user_id = $2::uuid) and status = 'scheduled' and due_at <= $3 returning ${columns}`,
      [due.id ?? null, due.userId ?? null, now],
    )
    const [row] = rows
    if (row) {
      await this.#manager.query(
        'insert into account_deletion_services (deletion_id, service) select $1, unnest($2::text[])',
        [row.id, services],
      )
    }
    return row
  }

  async dueIds(now: Date, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.#manager.query(
      `select id from account_deletions where status = 'scheduled' and due_at <= $1 order by due_at limit $2`,
      [now, limit],
    )
    return rows.map(({ id }) => id)
  }

  async unansweredIds(askedBefore: Date, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.#manager.query(
      `select id from account_deletions where status = 'begun' and asked_at < $1 order by asked_at limit $2`,
      [askedBefore, limit],
    )
    return rows.map(({ id }) => id)
  }

  /** Counts that the services are asked once more; undefined when another process has just done it. */
  async askAgain(id: string, askedBefore: Date, now: Date): Promise<DeletionRow | undefined> {
    const [rows]: [DeletionRow[]] = await this.#manager.query(
      `update account_deletions set asked = asked + 1, asked_at = $3
       where id = $1 and status = 'begun' and asked_at < $2 returning ${columns}`,
      [id, askedBefore, now],
    )
    return rows[0]
  }

  /** Notes that a service has erased; a repetition changes nothing. The last one completes the deletion, and gives it back. */
  async acknowledge(id: string, service: string, now: Date): Promise<DeletionRow | undefined> {
    // Two last answers must see each other.
    await this.#manager.query('select from account_deletions where id = $1 for update', [id])
    await this.#manager.query(
      `update account_deletion_services set acknowledged_at = $3
       where deletion_id = $1 and service = $2 and acknowledged_at is null`,
      [id, service, now],
    )
    const [rows]: [DeletionRow[]] = await this.#manager.query(
      `update account_deletions d set status = 'completed', ended_at = $2
       where id = $1 and status = 'begun' and not exists (
         select from account_deletion_services s where s.deletion_id = d.id and acknowledged_at is null)
       returning ${columns}`,
      [id, now],
    )
    return rows[0]
  }
}
