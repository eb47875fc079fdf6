import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { keptApart } from '../relations/kept-apart.ts'

export type ActivityKind = 'JOINED' | 'FOLLOWED' | 'CHANGED_PICTURE' | 'CHANGED_NAME' | 'VERIFIED'

export interface ActivityRow {
  readonly id: string
  readonly actorId: string
  readonly kind: ActivityKind
  /** Whom it was done to; null when that is nobody. */
  readonly subjectId: string | null
  readonly happenedAt: Date
}

export interface NewActivity {
  readonly actorId: string
  readonly kind: ActivityKind
  readonly subjectId?: string
  /** Default: now. */
  readonly happenedAt?: Date
}

/** The order of a feed: when (RFC 3339), then the id. */
export type ActivityKey = readonly [happenedAt: string, id: string]

export type ActivityReads = Pick<ActivityRepository, 'feedOf'>

export class ActivityRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /**
   * What those have done whom the person follows, the latest first, and what they let the person know of it: neither who
   * is muted or behind a block appears in it, nor a follow that one of its two people hides.
   */
  feedOf(userId: string, now: Date, page: Page<ActivityKey>): Promise<ActivityRow[]> {
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['a.happened_at', 'a.id'],
      order: 'desc',
      parametersBefore: 3,
    })
    return this.#manager.query(
      `select a.id, a.actor_id as "actorId", a.kind, a.subject_id as "subjectId", a.happened_at as "happenedAt"
       from follows f
       left join privacy_settings own on own.user_id = f.followee_id
       cross join lateral (
         select a.* from activities a
         left join profiles subject on subject.id = a.subject_id
         left join privacy_settings theirs on theirs.user_id = a.subject_id
         where a.actor_id = f.followee_id and ${where}
           and not exists (select 1 from mutes where muter_id = $1
             and muted_id in (a.actor_id, a.subject_id)
             and (muted_until is null or muted_until > $3))
           and not ${keptApart('$1', 'a.actor_id')}
           and (a.subject_id is null or a.subject_id = $1 or (
             coalesce(own.following, 'EVERYONE') <> 'NOBODY'
             and not ${keptApart('$1', 'a.subject_id')}
             and case when coalesce(theirs.followers, 'EVERYONE') = 'NOBODY' then false
               when subject.is_private or theirs.followers = 'FOLLOWERS' then exists (
                 select 1 from follows where follower_id = $1 and followee_id = a.subject_id)
               else true end))
         order by ${orderBy} limit $2
       ) as a
       where f.follower_id = $1 and coalesce(own.activity, 'EVERYONE') <> 'NOBODY'
       order by ${orderBy} limit $2`,
      [userId, page.limit, now, ...parameters],
    )
  }

  /** Of one kind and about one person only the latest is kept. */
  async record({ actorId, kind, subjectId, happenedAt }: NewActivity): Promise<void> {
    const conflict = subjectId === undefined ? '(actor_id, kind)' : '(actor_id, subject_id)'
    await this.#manager.query(
      `insert into activities (actor_id, kind, subject_id, happened_at)
       values ($1, $2, $3, date_trunc('milliseconds', coalesce($4::timestamptz, now())))
       on conflict ${conflict} where subject_id is ${subjectId === undefined ? '' : 'not'} null
       do update set happened_at = excluded.happened_at`,
      [actorId, kind, subjectId ?? null, happenedAt ?? null],
    )
  }

  /** Takes back what is not true any more. */
  async retract(actorId: string, kind: Exclude<ActivityKind, 'FOLLOWED'>): Promise<void> {
    await this.#manager.query('delete from activities where actor_id = $1 and kind = $2', [
      actorId,
      kind,
    ])
  }

  /** Takes back that one follows the other, as if it had never been. */
  async retractFollow(actorId: string, subjectId: string): Promise<void> {
    await this.#manager.query('delete from activities where actor_id = $1 and subject_id = $2', [
      actorId,
      subjectId,
    ])
  }
}
