import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'
import { keptApart } from './kept-apart.ts'

/** The order of lists of people: when (RFC 3339), then the id. */
export type RelatedKey = readonly [at: string, userId: string]

/** Somebody in a list of people. */
export interface RelatedRow {
  readonly userId: string
  readonly at: Date
}

/** The same of several lists at once. */
export interface RelatedOfRow extends RelatedRow {
  /** Whose list it is. */
  readonly ofId: string
}

/** Follower and followee of one follow, or requester and target of one request. */
export interface Pair {
  readonly fromId: string
  readonly toId: string
}

export interface FollowListRequest {
  readonly side: 'followers' | 'following'
  readonly page: Page<RelatedKey>
  /** Whom the people in the lists must not be hidden from. */
  readonly viewerId: string | null
}

export type FollowReads = Pick<FollowRepository, 'lists' | 'requestsOf'>

export class FollowRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The same page of the followers, or of the followed, of several people, the latest first. */
  lists(
    ids: readonly string[],
    { side, page, viewerId }: FollowListRequest,
  ): Promise<RelatedOfRow[]> {
    const [own, other] =
      side === 'followers' ? ['followee_id', 'follower_id'] : ['follower_id', 'followee_id']
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['f.followed_at', `f.${other}`],
      order: 'desc',
      parametersBefore: 3,
    })
    return this.#manager.query(
      `select wanted.id as "ofId", listed.*
       from unnest($1::uuid[]) as wanted (id)
       cross join lateral (
         select f.${other} as "userId", f.followed_at as at from follows f
         where f.${own} = wanted.id and not ${keptApart('$3', `f.${other}`)} and ${where}
         order by ${orderBy} limit $2
       ) as listed`,
      [ids, page.limit, viewerId, ...parameters],
    )
  }

  /** Who asks to follow the person, or whom the person asks. */
  requestsOf(
    userId: string,
    side: 'received' | 'sent',
    page: Page<RelatedKey>,
  ): Promise<RelatedRow[]> {
    const [own, other] =
      side === 'received' ? ['target_id', 'requester_id'] : ['requester_id', 'target_id']
    const { where, orderBy, parameters } = keysetSql(page, {
      columns: ['requested_at', other],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select ${other} as "userId", requested_at as at from follow_requests
       where ${own} = $1 and ${where} order by ${orderBy} limit $2`,
      [userId, page.limit, ...parameters],
    )
  }

  /** False when it is so already. Within the locks of both, like all that follows. */
  async insert({ fromId, toId }: Pair, at: Date): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into follows (follower_id, followee_id, followed_at) values ($1, $2, $3)
       on conflict do nothing returning 1`,
      [fromId, toId, at],
    )
    return rows.length > 0
  }

  async exists({ fromId, toId }: Pair): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      'select 1 from follows where follower_id = $1 and followee_id = $2',
      [fromId, toId],
    )
    return rows.length > 0
  }

  /** False when there is none. */
  async remove({ fromId, toId }: Pair): Promise<boolean> {
    const [rows] = await this.#manager.query<[unknown[]]>(
      'delete from follows where follower_id = $1 and followee_id = $2 returning 1',
      [fromId, toId],
    )
    return rows.length > 0
  }

  /** False when it is there already. */
  async insertRequest({ fromId, toId }: Pair, at: Date): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into follow_requests (requester_id, target_id, requested_at) values ($1, $2, $3)
       on conflict do nothing returning 1`,
      [fromId, toId, at],
    )
    return rows.length > 0
  }

  async removeRequest({ fromId, toId }: Pair): Promise<boolean> {
    const [rows] = await this.#manager.query<[unknown[]]>(
      'delete from follow_requests where requester_id = $1 and target_id = $2 returning 1',
      [fromId, toId],
    )
    return rows.length > 0
  }

  /** Some requests to people whose account is not private any more; to one of them, or to any. */
  async overdueRequests(limit: number, targetId: string | null): Promise<Pair[]> {
    return this.#manager.query(
      `select r.requester_id as "fromId", r.target_id as "toId"
       from follow_requests r join profiles p on p.id = r.target_id
       where not p.is_private and ($2::uuid is null or r.target_id = $2)
       order by r.requested_at limit $1`,
      [limit, targetId],
    )
  }

  async isEmpty(): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>('select 1 from follows limit 1')
    return rows.length === 0
  }
}
