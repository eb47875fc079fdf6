import type { EntityManager } from 'typeorm'
import type { AnnouncedProfile } from '../profiles/announce-profile.ts'

export interface LinkRow {
  readonly id: string
  readonly userId: string
  readonly url: string
  readonly verifiedAt: Date | null
  readonly checkedAt: Date | null
}

/** A link that is to be looked at, with the name of the person whose profile it must lead back to. */
export interface DueLink {
  readonly id: string
  readonly url: string
  readonly username: string
  readonly failures: number
}

export type LinkReads = Pick<LinkRepository, 'ofPeople' | 'byId'>

const columns = `id, user_id as "userId", url, verified_at as "verifiedAt", checked_at as "checkedAt"`

export class LinkRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** In the order that each person gave them. */
  ofPeople(userIds: readonly string[]): Promise<LinkRow[]> {
    return this.#manager.query(
      `select ${columns} from profile_links where user_id = any($1) order by user_id, position`,
      [userIds],
    )
  }

  /** Makes these the person's links, in this order; those that were there keep what is known of them. */
  async replace(
    userId: string,
    links: readonly { readonly id: string; readonly url: string }[],
    now: Date,
  ): Promise<void> {
    const urls = links.map(({ url }) => url)
    await this.#manager.query('delete from profile_links where user_id = $1 and url <> all($2)', [
      userId,
      urls,
    ])
    await this.#manager.query(
      `insert into profile_links (id, user_id, position, url, added_at, check_at)
       select id, $1, position, url, $4, $4
       from unnest($2::uuid[], $3::text[]) with ordinality as wanted (id, url, position)
       on conflict (user_id, url) do update set position = excluded.position`,
      [userId, links.map(({ id }) => id), urls, now],
    )
  }

  /** Counts a change of the profile; undefined when there is none. */
  async touchProfile(userId: string): Promise<AnnouncedProfile | undefined> {
    const [rows] = await this.#manager.query(
      `update profiles set version = version + 1 where id = $1 and erased_at is null
       returning username::text as username, display_name as "displayName", version`,
      [userId],
    )
    return rows[0]
  }

  /** Makes all of the person's links due for a look, for instance because their own address has changed. */
  async makeDue(userId: string, now: Date): Promise<void> {
    await this.#manager.query('update profile_links set check_at = $2 where user_id = $1', [
      userId,
      now,
    ])
  }

  async byId(id: string): Promise<(DueLink & { readonly userId: string }) | undefined> {
    const rows: (DueLink & { readonly userId: string })[] = await this.#manager.query(
      `select l.id, l.user_id as "userId", url, username::text as username, failures
       from profile_links l join profiles p on p.id = l.user_id where l.id = $1`,
      [id],
    )
    return rows[0]
  }

  /** Takes links whose time has come, and puts off their next look, so that each process takes others. */
  async takeDue(now: Date, until: Date, limit: number): Promise<string[]> {
    const [rows]: [{ id: string }[]] = await this.#manager.query(
      `update profile_links set check_at = $2 where id in (
         select id from profile_links where check_at <= $1 order by check_at limit $3 for update skip locked)
       returning id`,
      [now, until, limit],
    )
    return rows.map(({ id }) => id)
  }

  /** Notes what a look has found; whose profile shows something else by it, or undefined. */
  async note(
    id: string,
    found: { readonly isMine: boolean; readonly now: Date; readonly nextAt: Date },
  ): Promise<string | undefined> {
    const [rows]: [{ userId: string; changed: boolean }[]] = await this.#manager.query(
      `with before as (select id, verified_at from profile_links where id = $1 for update)
       update profile_links l set checked_at = $3, check_at = $4,
         failures = case when $2 then 0 else failures + 1 end,
         verified_at = case when $2 then coalesce(l.verified_at, $3) when failures + 1 < 3 then l.verified_at end
       from before where l.id = before.id
       returning user_id as "userId", (l.verified_at is null) <> (before.verified_at is null) as changed`,
      [id, found.isMine, found.now, found.nextAt],
    )
    return rows[0]?.changed ? rows[0].userId : undefined
  }

  async erase(userId: string): Promise<void> {
    await this.#manager.query('delete from profile_links where user_id = $1', [userId])
  }
}
