import type { EntityManager } from 'typeorm'
import type { Pair } from './follow.repository.ts'

/** Somebody whose relations are about to change. */
export interface LockedPerson {
  readonly id: string
  readonly isPrivate: boolean
}

/** What stands between a viewer and somebody else. */
export interface RelationRow {
  readonly id: string
  readonly isFollowedByViewer: boolean
  readonly followsViewer: boolean
  readonly isRequestedByViewer: boolean
  readonly hasRequestedViewer: boolean
  readonly isMutedByViewer: boolean
  readonly mutedByViewerUntil: Date | null
}

/** Somebody whose counters were looked at. */
export interface CheckedPerson {
  readonly id: string
  readonly isWrong: boolean
}

const relationTables = [
  ['follows', 'follower_id', 'followee_id'],
  ['follow_requests', 'requester_id', 'target_id'],
  ['blocks', 'blocker_id', 'blocked_id'],
  ['mutes', 'muter_id', 'muted_id'],
  ['activities', 'actor_id', 'subject_id'],
] as const

export type RelationReads = Pick<RelationRepository, 'relationsTo' | 'checkCounts'>

/** What concerns all relations: who may change them at one time, the counters, and what a viewer has to do with people. */
export class RelationRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /**
   * Makes changes of the relations of these people take turns, and returns those who exist. Every change begins with
   * this, in the order of the ids, so that none is decided by what another is about to change. Who has left is nobody.
   */
  async lock(ids: readonly string[]): Promise<ReadonlyMap<string, LockedPerson>> {
    const rows = await this.#manager.query<LockedPerson[]>(
      `select id, is_private as "isPrivate" from profiles
       where id = any($1) and erased_at is null order by id for no key update`,
      [ids],
    )
    return new Map(rows.map((row) => [row.id, row]))
  }

  /** Counts a follow that has come to be (1) or ended (-1). Returns the version of the follower's relations after it. */
  async count({ fromId, toId }: Pair, change: 1 | -1): Promise<number> {
    const [rows] = await this.#manager.query<[{ id: string; version: number }[]]>(
      `update profiles set
         following_count = following_count + case when id = $1 then $3::integer else 0 end,
         follower_count = follower_count + case when id = $2 then $3::integer else 0 end,
         relation_version = relation_version + case when id = $1 then 1 else 0 end
       where id in ($1, $2) returning id, relation_version as version`,
      [fromId, toId, change],
    )
    return rows.find(({ id }) => id === fromId)?.version ?? 0
  }

  /** The version of the person's relations after one more change. */
  async nextVersion(id: string): Promise<number> {
    const [rows] = await this.#manager.query<[{ version: number }[]]>(
      `update profiles set relation_version = relation_version + 1
       where id = $1 returning relation_version as version`,
      [id],
    )
    return rows[0]?.version ?? 0
  }

  /** In one statement, whatever their number. */
  relationsTo(ids: readonly string[], viewerId: string, now: Date): Promise<RelationRow[]> {
    return this.#manager.query(
      `select p.id,
         exists (select 1 from follows where follower_id = $2 and followee_id = p.id) as "isFollowedByViewer",
         exists (select 1 from follows where follower_id = p.id and followee_id = $2) as "followsViewer",
         exists (select 1 from follow_requests where requester_id = $2 and target_id = p.id) as "isRequestedByViewer",
         exists (select 1 from follow_requests where requester_id = p.id and target_id = $2) as "hasRequestedViewer",
         m.muter_id is not null as "isMutedByViewer", m.muted_until as "mutedByViewerUntil"
       from unnest($1::uuid[]) as p (id)
       left join mutes m on m.muter_id = $2 and m.muted_id = p.id
         and (m.muted_until is null or m.muted_until > $3)`,
      [ids, viewerId, now],
    )
  }

  /**
   * The next people after one, in the order of their ids, and whether their counters or their guard are not what they
   * should be; without their locks, so maybe not for long.
   */
  checkCounts(limit: number, afterId: string | null): Promise<CheckedPerson[]> {
    return this.#manager.query(
      `select id,
         follower_count <> (select count(*) from follows where followee_id = p.id)
         or following_count <> (select count(*) from follows where follower_id = p.id)
         or is_guarded <> needs_guard(id) as "isWrong"
       from profiles p where $2::uuid is null or id > $2 order by id limit $1`,
      [limit, afterId],
    )
  }

  /** Everybody who has something to do with the person. */
  async relatedTo(userId: string): Promise<string[]> {
    const rows = await this.#manager.query<{ id: string }[]>(
      `select followee_id as id from follows where follower_id = $1
       union select follower_id from follows where followee_id = $1
       union select blocked_id from blocks where blocker_id = $1
       union select blocker_id from blocks where blocked_id = $1`,
      [userId],
    )
    return rows.map(({ id }) => id)
  }

  async removeAllOf(userId: string): Promise<void> {
    for (const [table, one, other] of relationTables) {
      await this.#manager.query(`delete from ${table} where $1 in (${one}, ${other})`, [userId])
    }
    for (const table of ['privacy_settings', 'preferences']) {
      await this.#manager.query(`delete from ${table} where user_id = $1`, [userId])
    }
    await this.#manager.query('update profiles set is_private = false where id = $1', [userId])
  }

  /** Within their locks. */
  async recount(ids: readonly string[]): Promise<void> {
    await this.#manager.query(
      `update profiles p set
         follower_count = (select count(*) from follows where followee_id = p.id),
         following_count = (select count(*) from follows where follower_id = p.id),
         is_guarded = needs_guard(id)
       where id = any($1)`,
      [ids],
    )
  }
}
