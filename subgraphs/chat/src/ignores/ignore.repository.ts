import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

/** The order of whom somebody ignores: since when (RFC 3339), then the id. */
export type IgnoreKey = readonly [ignoredAt: string, userId: string]

export interface IgnoredPerson {
  readonly id: string
  readonly ignoredAt: Date
}

export type IgnoreReads = Pick<IgnoreRepository, 'page' | 'among'>

export class IgnoreRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  page(userId: string, page: Page<IgnoreKey>): Promise<IgnoredPerson[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['ignored_at', 'ignored_id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select ignored_id as id, ignored_at as "ignoredAt" from ignores
       where user_id = $1 and ${where} order by ${orderBy} limit $2`,
      [userId, page.limit, ...parameters],
    )
  }

  /** Those of the people whom somebody ignores. */
  among(userId: string, ids: readonly string[]): Promise<{ readonly id: string }[]> {
    return this.#manager.query(
      'select ignored_id as id from ignores where user_id = $1 and ignored_id = any($2)',
      [userId, ids],
    )
  }

  /** False when there are as many as there may be. Who is ignored already stays so. */
  async add(userId: string, person: IgnoredPerson, most: number): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into ignores (user_id, ignored_id, ignored_at)
       select $1, $2, $3 where (select count(*) from ignores where user_id = $1) < $4
         or exists (select 1 from ignores where user_id = $1 and ignored_id = $2)
       on conflict (user_id, ignored_id) do update set ignored_at = ignores.ignored_at
       returning user_id`,
      [userId, person.id, person.ignoredAt, most],
    )
    return rows.length > 0
  }

  async remove(userId: string, ignoredId: string): Promise<void> {
    await this.#manager.query('delete from ignores where user_id = $1 and ignored_id = $2', [
      userId,
      ignoredId,
    ])
  }
}
