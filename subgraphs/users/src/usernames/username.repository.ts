import type { Page } from '@gravity/shared/pagination/connection'
import { keysetSql } from '@gravity/shared/pagination/keyset'
import type { EntityManager } from 'typeorm'

/** A name that somebody had before. */
export interface FormerUsernameRow {
  readonly userId: string
  readonly username: string
  readonly usedFrom: Date
  readonly usedUntil: Date
}

/** A person's name while it is about to change. */
export interface HeldUsername {
  readonly username: string
  readonly version: number
  readonly displayName: string
  readonly since: Date
}

export type UsernameReads = Pick<UsernameRepository, 'ownerOf' | 'historyOf'>

/** When a former name was given up (RFC 3339); one person gives up one name at a time. */
export type FormerUsernameKey = readonly [usedUntil: string]

export class UsernameRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** Who has the name, or had it as the last one and gave it up after `heldSince`. */
  async ownerOf(username: string, heldSince: Date): Promise<string | undefined> {
    const rows: { id: string }[] = await this.#manager.query(
      `(select id, true as present, null::timestamptz as used_until from profiles where username = $1::citext and erased_at is null)
       union all
       (select user_id, false, used_until from former_usernames
        where username = $1::citext and used_until > $2 order by used_until desc limit 1)
       order by present desc limit 1`,
      [username, heldSince],
    )
    return rows[0]?.id
  }

  /** The latest first. */
  historyOf(userId: string, page: Page<FormerUsernameKey>): Promise<FormerUsernameRow[]> {
    const { orderBy, parameters, where } = keysetSql(page, {
      columns: ['used_until'],
      order: 'desc',
      parametersBefore: 2,
    })
    return this.#manager.query(
      `select user_id as "userId", username::text as username, used_from as "usedFrom", used_until as "usedUntil"
       from former_usernames where user_id = $1 and ${where} order by ${orderBy} limit $2`,
      [userId, page.limit, ...parameters],
    )
  }

  /** The person's present name, which nobody else changes until the transaction ends. */
  async lock(userId: string): Promise<HeldUsername | undefined> {
    const rows: HeldUsername[] = await this.#manager.query(
      `select username::text as username, version, display_name as "displayName", coalesce(
         (select max(used_until) from former_usernames where user_id = p.id), joined_at) as since
       from profiles p where id = $1 and erased_at is null for update`,
      [userId],
    )
    return rows[0]
  }

  async countChangesSince(userId: string, since: Date): Promise<{ count: number; first: Date }> {
    const [row] = await this.#manager.query(
      `select count(*)::integer as count, min(used_until) as first
       from former_usernames where user_id = $1 and used_until > $2`,
      [userId, since],
    )
    return row
  }

  /** Takes a name, and all that look like it; false when somebody else has one of them, or may still come back to it. */
  async claim(username: string, ownerId: string, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `insert into username_claims (skeleton, owner_id) values (username_skeleton($1), $2)
       on conflict (skeleton) do update set owner_id = excluded.owner_id, held_until = null
       where username_claims.owner_id = excluded.owner_id or username_claims.held_until <= $3
       returning skeleton`,
      [username, ownerId, now],
    )
    return rows.length === 1
  }

  /** Keeps what a person has claimed, other than for `username`, from others until then; with null, all of it. */
  async hold(ownerId: string, username: string | null, until: Date): Promise<void> {
    await this.#manager.query(
      `update username_claims set held_until = $3
       where owner_id = $1 and held_until is null
         and ($2::text is null or skeleton <> username_skeleton($2))`,
      [ownerId, username, until],
    )
  }

  async release(username: string, ownerId: string): Promise<void> {
    await this.#manager.query(
      'delete from username_claims where skeleton = username_skeleton($1) and owner_id = $2',
      [username, ownerId],
    )
  }

  /** Gives the person another name and keeps the one before; the profile's next version. */
  async replace(
    userId: string,
    { before, after, now }: { before: HeldUsername; after: string; now: Date },
  ): Promise<number> {
    await this.#manager.query(
      `insert into former_usernames (user_id, username, used_from, used_until) values ($1, $2, $3, $4)`,
      [userId, before.username, before.since, now],
    )
    const [[row]] = await this.#manager.query(
      'update profiles set username = $2, version = version + 1 where id = $1 returning version',
      [userId, after],
    )
    return row.version
  }

  /** Forgets the names that somebody had; what they had claimed is held, and then free. */
  async erase(userId: string, heldUntil: Date): Promise<void> {
    await this.hold(userId, null, heldUntil)
    await this.#manager.query('delete from former_usernames where user_id = $1', [userId])
  }

  /** Removes claims whose hold has ended; returns how many. */
  async removeEndedHolds(now: Date): Promise<number> {
    const [, count] = await this.#manager.query(
      'delete from username_claims where held_until <= $1',
      [now],
    )
    return count
  }
}
