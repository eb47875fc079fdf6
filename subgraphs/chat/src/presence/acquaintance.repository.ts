import type { EntityManager } from 'typeorm'

/** Whether one person may see that another is there. */
export interface Acquaintance {
  readonly viewerId: string
  readonly personId: string
}

export type AcquaintanceReads = Pick<AcquaintanceRepository, 'among'>

export class AcquaintanceRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Those of the pairs who share a room, neither having blocked the other; and everybody with themselves. */
  among(pairs: readonly Acquaintance[]): Promise<Acquaintance[]> {
    return this.#manager.query(
      `select w.viewer_id as "viewerId", w.person_id as "personId"
       from unnest($1::uuid[], $2::uuid[]) as w (viewer_id, person_id)
       where w.viewer_id = w.person_id or (
         exists (select 1 from members a join members b on b.room_id = a.room_id
           where a.user_id = w.viewer_id and b.user_id = w.person_id)
         and not exists (select 1 from blocks b where not b.is_lifted
           and b.blocker_id = w.viewer_id and b.blocked_id = w.person_id)
         and not exists (select 1 from blocks b where not b.is_lifted
           and b.blocker_id = w.person_id and b.blocked_id = w.viewer_id))`,
      [pairs.map(({ viewerId }) => viewerId), pairs.map(({ personId }) => personId)],
    )
  }
}
