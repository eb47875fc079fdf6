import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import type { RelatedKey, RelatedRow } from './follow.repository.ts'
import { keptApart } from './kept-apart.ts'

export interface MuteRow extends RelatedRow {
  /** Null when it does not end by itself. */
  readonly until: Date | null
}

export interface NewMute {
  readonly muterId: string
  readonly mutedId: string
  readonly at: Date
  readonly until: Date | null
}

export type MuteReads = Pick<MuteRepository, 'pageOf'>

export class MuteRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Whom the person has muted now, the latest first, without those who are hidden. */
  pageOf(userId: string, now: Date, page: Page<RelatedKey>): Promise<MuteRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['muted_at', 'muted_id'],
      order: 'desc',
      parametersBefore: 3,
    })
    return this.#manager.query(
      `select muted_id as "userId", muted_at as at, muted_until as until from mutes
       where muter_id = $1 and (muted_until is null or muted_until > $3)
         and not ${keptApart('$1', 'muted_id')} and ${where}
       order by ${orderBy} limit $2`,
      [userId, page.limit, now, ...parameters],
    )
  }

  /** Muting again changes until when. */
  async save({ muterId, mutedId, at, until }: NewMute): Promise<void> {
    await this.#manager.query(
      `insert into mutes (muter_id, muted_id, muted_at, muted_until) values ($1, $2, $3, $4)
       on conflict (muter_id, muted_id) do update set
         muted_at = excluded.muted_at, muted_until = excluded.muted_until`,
      [muterId, mutedId, at, until],
    )
  }

  async remove(muterId: string, mutedId: string): Promise<void> {
    await this.#manager.query('delete from mutes where muter_id = $1 and muted_id = $2', [
      muterId,
      mutedId,
    ])
  }

  /** How many were removed. */
  async removeEnded(now: Date): Promise<number> {
    const [, removed] = await this.#manager.query<[unknown[], number]>(
      'delete from mutes where muted_until <= $1',
      [now],
    )
    return removed
  }
}
