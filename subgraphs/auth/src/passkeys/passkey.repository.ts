import type { EntityManager } from 'typeorm'

/** A passkey of an account, as its owner sees it. */
export interface PasskeyRow {
  readonly id: string
  readonly name: string
  /** Whether it is kept on several devices of its owner, and not on one only. */
  readonly isSynced: boolean
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

/** A passkey with what its signatures are checked by. */
export interface PasskeyCredential extends PasskeyRow {
  readonly accountId: string
  readonly credentialId: string
  readonly publicKey: Buffer
  /** How often its authenticator says it was used; 0 for ever when it does not count. */
  readonly counter: number
  readonly transports: readonly string[]
}

export interface PasskeyUse {
  readonly counter: number
  readonly isSynced: boolean
  readonly now: Date
}

export type PasskeyReads = Pick<PasskeyRepository, 'of' | 'credential' | 'handleOf' | 'ownerOf'>

const columns = `id, name, is_synced as "isSynced", created_at as "createdAt", last_used_at as "lastUsedAt"`

export class PasskeyRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  /** The oldest first. */
  of(accountId: string): Promise<PasskeyRow[]> {
    return this.#manager.query(
      `select ${columns} from passkeys where account_id = $1 and removed_at is null order by id`,
      [accountId],
    )
  }

  async credential(credentialId: string): Promise<PasskeyCredential | undefined> {
    const rows: PasskeyCredential[] = await this.#manager.query(
      `select ${columns}, account_id as "accountId", credential_id as "credentialId", public_key as "publicKey",
              counter::double precision as counter, transports
       from passkeys where credential_id = $1 and removed_at is null`,
      [credentialId],
    )
    return rows[0]
  }

  /** Whose passkey it is or was. */
  async ownerOf(id: string): Promise<string | undefined> {
    const rows: { accountId: string }[] = await this.#manager.query(
      'select account_id as "accountId" from passkeys where id = $1',
      [id],
    )
    return rows[0]?.accountId
  }

  async handleOf(accountId: string): Promise<Buffer | undefined> {
    const rows: { handle: Buffer }[] = await this.#manager.query(
      'select handle from passkey_owners where account_id = $1',
      [accountId],
    )
    return rows[0]?.handle
  }

  /** Gives the account a handle, unless it has one. */
  async insertHandle(accountId: string, handle: Buffer): Promise<void> {
    await this.#manager.query(
      'insert into passkey_owners (account_id, handle) values ($1, $2) on conflict do nothing',
      [accountId, handle],
    )
  }

  /** False when somebody has the credential already. */
  async insert(passkey: PasskeyCredential): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `insert into passkeys (id, account_id, credential_id, public_key, counter, transports, is_synced, name, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [
        passkey.id,
        passkey.accountId,
        passkey.credentialId,
        passkey.publicKey,
        passkey.counter,
        passkey.transports,
        passkey.isSynced,
        passkey.name,
        passkey.createdAt,
      ],
    )
    return rows.length === 1
  }

  /** False when its counter did not grow (WebAuthn, 6.1.1), or it was removed. Not counting at all is no fault. */
  async use(id: string, { counter, isSynced, now }: PasskeyUse): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update passkeys set counter = $2, is_synced = $3, last_used_at = $4
       where id = $1 and removed_at is null and (counter < $2 or (counter = 0 and $2 = 0))`,
      [id, counter, isSynced, now],
    )
    return count === 1
  }

  /** Undefined when it was removed. */
  async rename(id: string, name: string): Promise<PasskeyRow | undefined> {
    const [rows]: [PasskeyRow[]] = await this.#manager.query(
      `update passkeys set name = $2 where id = $1 and removed_at is null returning ${columns}`,
      [id, name],
    )
    return rows[0]
  }

  /** The name of the one that was removed; undefined when it was removed before. */
  async remove(id: string, now: Date): Promise<string | undefined> {
    const [rows]: [{ name: string }[]] = await this.#manager.query(
      'update passkeys set removed_at = $2 where id = $1 and removed_at is null returning name',
      [id, now],
    )
    return rows[0]?.name
  }

  /** How many there were. */
  async removeAll(accountId: string, now: Date): Promise<number> {
    const [, count] = await this.#manager.query(
      'update passkeys set removed_at = $2 where account_id = $1 and removed_at is null',
      [accountId, now],
    )
    return count
  }

  async removeEndedBefore(time: Date): Promise<void> {
    await this.#manager.query('delete from passkeys where removed_at < $1', [time])
  }
}
