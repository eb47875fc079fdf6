import type { MigrationInterface, QueryRunner } from 'typeorm'

export class ProveBySecondFactors1795000000020 implements MigrationInterface {
  readonly name = 'ProveBySecondFactors1795000000020'

  async up(runner: QueryRunner): Promise<void> {
    // Until now every session was opened by a password.
    await runner.query(
      `alter table sessions add column methods text[] not null default '{pwd}', add column proved_at timestamptz`,
    )
    await runner.query('update sessions set proved_at = created_at')
    await runner.query(
      'alter table sessions alter column methods drop default, alter column proved_at set not null',
    )
    await runner.query(`
      create table totp_factors (
        account_id uuid primary key references accounts (id) on delete cascade,
        sealed_secret bytea not null,
        created_at timestamptz not null,
        confirmed_at timestamptz,
        last_step integer,
        check ((confirmed_at is null) = (last_step is null))
      )`)
    await runner.query(`
      create table recovery_codes (
        account_id uuid not null references accounts (id) on delete cascade,
        hash bytea not null check (octet_length(hash) = 32),
        created_at timestamptz not null,
        used_at timestamptz,
        primary key (account_id, hash)
      )`)
    await createPasskeys(runner)
    // What a client must answer to go on. Only the hash is kept; the challenge itself is with the client.
    await runner.query(`
      create table challenges (
        hash bytea primary key check (octet_length(hash) = 32),
        purpose text not null check (purpose in ('login', 'passkey-login', 'passkey-registration', 'step-up')),
        account_id uuid references accounts (id) on delete cascade,
        methods text[] not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        check ((account_id is null) = (purpose = 'passkey-login'))
      )`)
    await runner.query('create index challenges_account on challenges (account_id)')
    await runner.query('create index challenges_expiry on challenges (expires_at)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table challenges, passkeys, passkey_owners, recovery_codes, totp_factors',
    )
    await runner.query('alter table sessions drop column proved_at, drop column methods')
  }
}

async function createPasskeys(runner: QueryRunner): Promise<void> {
  // What authenticators know a person by. It is random, so that it tells nothing (WebAuthn, 14.6.1).
  await runner.query(`
    create table passkey_owners (
      account_id uuid primary key references accounts (id) on delete cascade,
      handle bytea not null unique check (octet_length(handle) = 32)
    )`)
  await runner.query(`
    create table passkeys (
      id uuid primary key,
      account_id uuid not null references passkey_owners (account_id) on delete cascade,
      credential_id text not null,
      public_key bytea not null,
      counter bigint not null check (counter >= 0),
      transports text[] not null,
      is_synced boolean not null,
      name text not null check (char_length(name) between 1 and 80),
      created_at timestamptz not null,
      last_used_at timestamptz,
      removed_at timestamptz
    )`)
  await runner.query(
    'create unique index passkeys_credential on passkeys (credential_id) where removed_at is null',
  )
  await runner.query('create index passkeys_account on passkeys (account_id)')
}
