import type { EntityManager } from 'typeorm'

/** What the users service has told last of one person's block of another. */
export interface BlockRow {
  readonly blockerId: string
  readonly blockedId: string
  readonly isLifted: boolean
  /** Of the blocker, when it was told. */
  readonly version: number
}

/** A condition: neither of two people, given as trusted SQL, has blocked the other. */
export function notBlocked(one: string, other: string): string {
  return `not exists (select 1 from blocks b where not b.is_lifted and (
    (b.blocker_id = ${one} and b.blocked_id = ${other})
    or (b.blocker_id = ${other} and b.blocked_id = ${one})))`
}

/** Who has blocked whom, as far as the users service has told. */
export class BlockRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Notes a block, or that it is lifted, unless something newer is known. */
  async note({ blockerId, blockedId, isLifted, version }: BlockRow): Promise<void> {
    await this.#manager.query(
      `insert into blocks as b (blocker_id, blocked_id, is_lifted, version) values ($1, $2, $3, $4)
       on conflict (blocker_id, blocked_id) do update
         set is_lifted = excluded.is_lifted, version = excluded.version
         where b.version < excluded.version`,
      [blockerId, blockedId, isLifted, version],
    )
  }

  /** Those of the others whom the person has blocked or who have blocked the person: which of the two is not told. */
  async among(personId: string, otherIds: readonly string[]): Promise<string[]> {
    if (otherIds.length === 0) return []
    const rows = await this.#manager.query<{ userId: string }[]>(
      `select wanted.user_id as "userId" from unnest($2::uuid[]) as wanted (user_id)
       where not (${notBlocked('$1', 'wanted.user_id')})`,
      [personId, otherIds],
    )
    return rows.map((row) => row.userId)
  }
}
