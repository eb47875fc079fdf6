import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateApiKeys1795000000031 implements MigrationInterface {
  readonly name = 'CreateApiKeys1795000000031'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table api_keys (
        id uuid primary key,
        account_id uuid not null references accounts (id) on delete cascade,
        name text not null check (char_length(name) between 1 and 80),
        visible_part text not null,
        hash bytea not null unique check (octet_length(hash) = 32),
        scopes text[] not null,
        created_at timestamptz not null,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz,
        session_id uuid references sessions (id) on delete set null
      )`)
    await runner.query(
      'create index api_keys_account on api_keys (account_id, id) where revoked_at is null',
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table api_keys')
  }
}
