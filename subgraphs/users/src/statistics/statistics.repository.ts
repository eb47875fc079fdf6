import type { EntityManager } from 'typeorm'

export interface PeopleTotals {
  readonly people: number
  readonly privatePeople: number
  readonly verifiedPeople: number
  readonly follows: number
  readonly followRequests: number
  readonly blocks: number
}

export interface DayRow {
  /** Its beginning in UTC. */
  readonly day: Date
  readonly people: number
}

export type StatisticsReads = Pick<StatisticsRepository, 'totals' | 'newPeople'>

export class StatisticsRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async totals(): Promise<PeopleTotals> {
    const [row] = await this.#manager.query<[PeopleTotals]>(
      `select count(*)::integer as people,
         count(*) filter (where is_private)::integer as "privatePeople",
         count(verified_at)::integer as "verifiedPeople",
         (select count(*)::integer from follows) as follows,
         (select count(*)::integer from follow_requests) as "followRequests",
         (select count(*)::integer from blocks) as blocks
       from profiles where erased_at is null`,
    )
    return row
  }

  /** The days that end with that of `now`, those without anybody too. */
  newPeople(days: number, now: Date): Promise<DayRow[]> {
    return this.#manager.query(
      `select day, (select count(*)::integer from profiles
         where joined_at >= day and joined_at < day + interval '24 hours'
           and erased_at is null) as people
       from generate_series(
         date_trunc('day', $2::timestamptz, 'UTC') - ($1::integer - 1) * interval '24 hours',
         $2::timestamptz, interval '24 hours') as day
       order by day`,
      [days, now],
    )
  }
}
