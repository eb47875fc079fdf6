import type { EntityManager } from 'typeorm'

/** Somebody who wants an account with an address that they have not confirmed yet. */
export interface Registration {
  readonly id: string
  readonly email: string
  readonly passwordHash: string
  readonly displayName: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

export class RegistrationRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async insert(registration: Registration): Promise<void> {
    await this.#manager.query(
      `insert into registrations (id, email, password_hash, display_name, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [
        registration.id,
        registration.email,
        registration.passwordHash,
        registration.displayName,
        registration.createdAt,
        registration.expiresAt,
      ],
    )
  }

  /** The latest one of an address that still waits, or the one with an id. */
  async waiting(
    by: { readonly email: string } | { readonly id: string },
    now: Date,
  ): Promise<{ readonly id: string; readonly expiresAt: Date } | undefined> {
    const rows: { id: string; expiresAt: Date }[] = await this.#manager.query(
      `select id, expires_at as "expiresAt" from registrations
       where (email = $1 or id = $2::uuid) and used_at is null and expires_at > $3
       order by created_at desc limit 1`,
      ['email' in by ? by.email : null, 'id' in by ? by.id : null, now],
    )
    return rows[0]
  }

  /** Takes a waiting registration, once, and forgets the hash of its password. */
  async use(
    id: string,
    now: Date,
  ): Promise<Pick<Registration, 'email' | 'passwordHash' | 'displayName'> | undefined> {
    const rows: Pick<Registration, 'email' | 'passwordHash' | 'displayName'>[] =
      await this.#manager.query(
        `with waiting as (
           select id, password_hash from registrations
           where id = $1 and used_at is null and expires_at > $2 for update),
         used as (
           update registrations set used_at = $2, password_hash = null from waiting
           where registrations.id = waiting.id
           returning email::text as email, display_name as "displayName", waiting.password_hash as "passwordHash")
         select * from used`,
        [id, now],
      )
    return rows[0]
  }

  /** The address of a registration that became an account. */
  async usedEmail(id: string): Promise<string | undefined> {
    const rows: { email: string }[] = await this.#manager.query(
      'select email from registrations where id = $1 and used_at is not null',
      [id],
    )
    return rows[0]?.email
  }

  /** Forgets the waiting registrations of an address: it has an account. */
  async removeWaiting(email: string): Promise<void> {
    await this.#manager.query('delete from registrations where email = $1 and used_at is null', [
      email,
    ])
  }
}
