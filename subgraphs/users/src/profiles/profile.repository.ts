import type { EntityManager } from 'typeorm'
import { keptApart } from '../relations/kept-apart.ts'
import { ProfileEntity, type ProfileRow } from './profile.entity.ts'

/** The order of a search: the better match first, then the id. */
export interface ProfileSearchKey {
  readonly rank: number
  readonly id: string
}

export interface ProfileSearch {
  readonly text: string
  /** Who searches. */
  readonly viewerId: string
  readonly limit: number
  readonly after: ProfileSearchKey | undefined
}

export type RankedProfileRow = ProfileRow & { readonly rank: number }

export interface ProfileChanges {
  readonly displayName?: string
  readonly bio?: string | null
  readonly avatarUrl?: string | null
}

export type ProfileReads = Pick<ProfileRepository, 'byIds' | 'pageByUsername' | 'search'>

const columns = `id, username, display_name as "displayName", bio, avatar_url as "avatarUrl",
  joined_at as "joinedAt", version, follower_count as "followerCount",
  following_count as "followingCount", is_private as "isPrivate", is_guarded as "isGuarded",
  verified_at as "verifiedAt", erased_at as "erasedAt"`

export class ProfileRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  byIds(ids: readonly string[]): Promise<ProfileRow[]> {
    return this.#manager.query(`select ${columns} from profiles where id = any($1)`, [ids])
  }

  /** Those whom the viewer may find, like `search`. */
  pageByUsername(limit: number, viewerId: string, after?: string): Promise<ProfileRow[]> {
    return this.#manager.query(
      `select ${columns} from profiles
       where ($3::citext is null or username > $3::citext) and ${isFoundBy('$2')}
       order by username limit $1`,
      [limit, viewerId, after ?? null],
    )
  }

  /** All people in the order of their ids, beginning after one of them. */
  pageById(limit: number, afterId: string | null): Promise<ProfileRow[]> {
    return this.#manager.query(
      `select ${columns} from profiles where $2::uuid is null or id > $2 order by id limit $1`,
      [limit, afterId],
    )
  }

  /** People whose name holds the text, or some part of whose name is similar to it. */
  search({ text, viewerId, limit, after }: ProfileSearch): Promise<RankedProfileRow[]> {
    return this.#manager.query(
      `select ${columns}, rank
       from matching_profiles($1, $2) join profiles on id = profile_id
       where ($4::integer is null or (rank, id) < ($4::integer, $5::uuid)) and ${isFoundBy('$6')}
       order by rank desc, id desc limit $3`,
      [text, `%${escapedLike(text)}%`, limit, after?.rank ?? null, after?.id ?? null, viewerId],
    )
  }

  /** False when the id or the username is taken. Whoever waits for the profile is woken when the transaction commits. */
  async insert(row: ProfileRow): Promise<boolean> {
    const result = await this.#manager
      .createQueryBuilder()
      .insert()
      .into(ProfileEntity)
      .values(row)
      .orIgnore()
      .returning('id')
      .execute()
    const inserted = result.raw.length > 0
    if (inserted) await this.#manager.query(`select pg_notify('profile_created', $1)`, [row.id])
    return inserted
  }

  /** The profile after the change; undefined when there is none. */
  async update(id: string, changes: ProfileChanges): Promise<ProfileRow | undefined> {
    const [rows] = await this.#manager.query(
      `update profiles set
         display_name = coalesce($2, display_name),
         bio = case when $3 then $4 else bio end,
         avatar_url = case when $5 then $6 else avatar_url end,
         version = version + 1
       where id = $1 and erased_at is null returning ${columns}`,
      [
        id,
        changes.displayName ?? null,
        changes.bio !== undefined,
        changes.bio ?? null,
        changes.avatarUrl !== undefined,
        changes.avatarUrl ?? null,
      ],
    )
    return rows[0]
  }
}

function isFoundBy(viewer: string): string {
  return `erased_at is null and (is_listed or profiles.id = ${viewer}) and not ${keptApart(viewer, 'profiles.id')}`
}

function escapedLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}
