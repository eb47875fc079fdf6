import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import type { RelatedKey, RelatedRow } from './follow.repository.ts'
import { keptApart } from './kept-apart.ts'

/** Somebody whom a person has blocked. */
export interface BlockRow extends RelatedRow {
  readonly isBlockedBack: boolean
}

export type BlockReads = Pick<BlockRepository, 'pageOf' | 'existsBetween'>

export class BlockRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Whom the person has blocked, the latest first. */
  pageOf(userId: string, page: Page<RelatedKey>): Promise<BlockRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['blocked_at', 'blocked_id'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select blocked_id as "userId", blocked_at as at,
         exists (select 1 from blocks back
           where back.blocker_id = blocks.blocked_id and back.blocked_id = $1) as "isBlockedBack"
       from blocks where blocker_id = $1 and ${where} order by ${orderBy} limit $2`,
      [userId, page.limit, ...parameters],
    )
  }

  /** In either direction. */
  async existsBetween(one: string, other: string): Promise<boolean> {
    const [row] = await this.#manager.query<{ apart: boolean }[]>(
      `select ${keptApart('$1', '$2')} as apart`,
      [one, other],
    )
    return row?.apart ?? false
  }

  /** False when it is so already. Within the locks of both, like `remove`. */
  async insert(blockerId: string, blockedId: string, at: Date): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into blocks (blocker_id, blocked_id, blocked_at) values ($1, $2, $3)
       on conflict do nothing returning 1`,
      [blockerId, blockedId, at],
    )
    return rows.length > 0
  }

  async remove(blockerId: string, blockedId: string): Promise<boolean> {
    const [rows] = await this.#manager.query<[unknown[]]>(
      'delete from blocks where blocker_id = $1 and blocked_id = $2 returning 1',
      [blockerId, blockedId],
    )
    return rows.length > 0
  }
}
