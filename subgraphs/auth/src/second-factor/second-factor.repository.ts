import type { EntityManager } from 'typeorm'

/** An authenticator app that makes codes for an account. */
export interface TotpFactor {
  readonly sealedSecret: Buffer
  readonly createdAt: Date
  /** Null until a first code has shown that the app has the secret. */
  readonly confirmedAt: Date | null
}

/** A passkey as far as a browser must know it to ask for it. */
export interface KnownPasskey {
  readonly credentialId: string
  readonly transports: readonly string[]
}

/** By what else than its password an account can be proved. */
export interface EnrolledFactors {
  readonly totpEnabledAt: Date | null
  readonly passkeys: readonly KnownPasskey[]
  readonly recoveryCodesLeft: number
  readonly recoveryCodesMadeAt: Date | null
}

export interface NewCodes {
  readonly hashes: readonly Buffer[]
  readonly now: Date
}

export type SecondFactorReads = Pick<SecondFactorRepository, 'enrolled' | 'totp'>

export class SecondFactorRepository {
  readonly #manager: EntityManager

  constructor(manager: EntityManager) {
    this.#manager = manager
  }

  async enrolled(accountId: string): Promise<EnrolledFactors> {
    const [row] = await this.#manager.query(
      `select
         (select confirmed_at from totp_factors where account_id = $1) as "totpEnabledAt",
         coalesce((select json_agg(json_build_object('credentialId', credential_id, 'transports', transports) order by id)
           from passkeys where account_id = $1 and removed_at is null), '[]') as passkeys,
         count(*) filter (where used_at is null)::integer as "recoveryCodesLeft",
         max(created_at) as "recoveryCodesMadeAt"
       from recovery_codes where account_id = $1`,
      [accountId],
    )
    return row
  }

  /** Lets one transaction at a time change the factors of an account. Its address; undefined when there is no such account. */
  async lock(accountId: string): Promise<string | undefined> {
    const rows: { email: string }[] = await this.#manager.query(
      'select email::text as email from accounts where id = $1 for no key update',
      [accountId],
    )
    return rows[0]?.email
  }

  async totp(accountId: string): Promise<TotpFactor | undefined> {
    const rows: TotpFactor[] = await this.#manager.query(
      `select sealed_secret as "sealedSecret", created_at as "createdAt", confirmed_at as "confirmedAt"
       from totp_factors where account_id = $1`,
      [accountId],
    )
    return rows[0]
  }

  /** Replaces one that was never confirmed; false when there is a confirmed one. */
  async beginTotp(accountId: string, sealedSecret: Buffer, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.#manager.query(
      `insert into totp_factors (account_id, sealed_secret, created_at) values ($1, $2, $3)
       on conflict (account_id) do update set sealed_secret = $2, created_at = $3
       where totp_factors.confirmed_at is null returning account_id`,
      [accountId, sealedSecret, now],
    )
    return rows.length === 1
  }

  /** False when the factor is confirmed already, or has another secret by now. */
  async confirmTotp(
    accountId: string,
    { sealedSecret }: TotpFactor,
    { now, step }: { readonly now: Date; readonly step: number },
  ): Promise<boolean> {
    const [, count] = await this.#manager.query(
      `update totp_factors set confirmed_at = $3, last_step = $4
       where account_id = $1 and sealed_secret = $2 and confirmed_at is null`,
      [accountId, sealedSecret, now, step],
    )
    return count === 1
  }

  /** Takes the code of a time step. False when that or a later one was taken before: no code works twice. */
  async useStep(accountId: string, step: number): Promise<boolean> {
    const [, count] = await this.#manager.query(
      'update totp_factors set last_step = $2 where account_id = $1 and confirmed_at is not null and last_step < $2',
      [accountId, step],
    )
    return count === 1
  }

  /** False when there is none. One that was never confirmed goes silently. */
  async removeTotp(accountId: string): Promise<boolean> {
    const [rows]: [{ isEnabled: boolean }[]] = await this.#manager.query(
      'delete from totp_factors where account_id = $1 returning confirmed_at is not null as "isEnabled"',
      [accountId],
    )
    return rows[0]?.isEnabled === true
  }

  /** In place of those that there were. */
  async replaceRecoveryCodes(accountId: string, { hashes, now }: NewCodes): Promise<void> {
    await this.removeRecoveryCodes(accountId)
    await this.#manager.query(
      'insert into recovery_codes (account_id, hash, created_at) select $1, unnest($2::bytea[]), $3',
      [accountId, hashes, now],
    )
  }

  async removeRecoveryCodes(accountId: string): Promise<void> {
    await this.#manager.query('delete from recovery_codes where account_id = $1', [accountId])
  }

  /** Of any number of concurrent calls exactly one gets true. */
  async useRecoveryCode(accountId: string, hash: Buffer, now: Date): Promise<boolean> {
    const [, count] = await this.#manager.query(
      'update recovery_codes set used_at = $3 where account_id = $1 and hash = $2 and used_at is null',
      [accountId, hash, now],
    )
    return count === 1
  }

  async removeUnconfirmedBefore(time: Date): Promise<void> {
    await this.#manager.query(
      'delete from totp_factors where confirmed_at is null and created_at < $1',
      [time],
    )
  }
}
