import type { EntityManager } from 'typeorm'

/** The channel that tells, on commit, the id of a person who has become known. */
export const personKnownChannel = 'chat_person_known'

export interface KnownPersonRow {
  readonly id: string
}

export type KnownPeopleReads = Pick<KnownPeopleRepository, 'byIds'>

/** Who has a profile, as far as the users service has told. */
export class KnownPeopleRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  byIds(ids: readonly string[]): Promise<KnownPersonRow[]> {
    return this.#manager.query(
      'select id from known_people where id = any($1) and erased_at is null',
      [ids],
    )
  }

  /** Who is known already stays so. Whoever waits for one of them is woken when the transaction commits. */
  async add(ids: readonly string[]): Promise<void> {
    await this.#manager.query(
      `with added as (
         insert into known_people (id) select unnest($1::uuid[]) on conflict do nothing returning id)
       select pg_notify('${personKnownChannel}', id::text) from added`,
      [ids],
    )
  }

  /** False when this database has asked for the people before. */
  async beginRequest(at: Date): Promise<boolean> {
    const rows = await this.#manager.query<unknown[]>(
      `insert into people_requests (requested_at) values ($1)
       on conflict do nothing returning is_made`,
      [at],
    )
    return rows.length > 0
  }

  /** Notes how somebody is called, unless something newer is known; who was unknown is known from then on. */
  async name(person: {
    readonly id: string
    readonly username: string
    readonly version: number
  }): Promise<void> {
    await this.add([person.id])
    await this.#manager.query(
      'update known_people set username = $2, version = $3 where id = $1 and version < $3 and erased_at is null',
      [person.id, person.username.toLowerCase(), person.version],
    )
  }
}
