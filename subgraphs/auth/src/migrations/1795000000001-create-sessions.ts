import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateSessions1795000000001 implements MigrationInterface {
  readonly name = 'CreateSessions1795000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sessions (
        id uuid primary key,
        account_id uuid not null references accounts (id) on delete cascade,
        created_at timestamptz not null,
        last_used_at timestamptz not null,
        expires_at timestamptz not null,
        revoked_at timestamptz,
        revoked_reason text,
        check ((revoked_at is null) = (revoked_reason is null))
      )`)
    await runner.query('create index sessions_account on sessions (account_id)')
    await runner.query(
      'create index sessions_revoked on sessions (revoked_at) where revoked_at is not null',
    )
    await runner.query('create index sessions_expiry on sessions (expires_at)')
    await runner.query(`
      create table refresh_tokens (
        hash bytea primary key check (octet_length(hash) = 32),
        session_id uuid not null references sessions (id) on delete cascade,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        rotated_at timestamptz
      )`)
    await runner.query('create index refresh_tokens_session on refresh_tokens (session_id)')
    // At most one refresh token of a session can be used: the database itself forbids a fork of the family.
    await runner.query(
      'create unique index refresh_tokens_current on refresh_tokens (session_id) where rotated_at is null',
    )
    await runner.query(`
      create table signing_keys (
        id text primary key,
        public_key jsonb not null,
        sealed_private_key bytea not null,
        created_at timestamptz not null,
        signs_from timestamptz not null
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table signing_keys, refresh_tokens, sessions')
  }
}
