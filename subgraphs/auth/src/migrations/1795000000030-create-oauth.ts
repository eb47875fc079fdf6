import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateOAuth1795000000030 implements MigrationInterface {
  readonly name = 'CreateOAuth1795000000030'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table oauth_clients (
        id uuid primary key,
        name text not null check (char_length(name) between 1 and 80),
        kind text not null check (kind in ('public', 'confidential', 'service')),
        secret_hash bytea check (octet_length(secret_hash) = 32),
        redirect_uris text[] not null,
        scopes text[] not null,
        allows_password boolean not null,
        service_account_id uuid unique references accounts (id) on delete cascade,
        service_session_id uuid references sessions (id) on delete set null,
        created_at timestamptz not null,
        removed_at timestamptz,
        check ((kind = 'public') = (secret_hash is null)),
        check ((kind = 'service') = (service_account_id is not null)),
        check ((kind = 'service') = (cardinality(redirect_uris) = 0))
      )`)
    // A session with a client belongs to a program: it may do what its scopes say and no more.
    await runner.query(`
      alter table sessions
        add column client_id uuid references oauth_clients (id) on delete cascade,
        add column client_scopes text[],
        add check ((client_id is null) = (client_scopes is null))`)
    await runner.query(
      'create index sessions_client on sessions (client_id, account_id) where client_id is not null',
    )
    await runner.query(`
      create table oauth_consents (
        account_id uuid not null references accounts (id) on delete cascade,
        client_id uuid not null references oauth_clients (id) on delete cascade,
        scopes text[] not null,
        first_given_at timestamptz not null,
        primary key (account_id, client_id)
      )`)
    await runner.query(`
      create table authorization_codes (
        hash bytea primary key check (octet_length(hash) = 32),
        client_id uuid not null references oauth_clients (id) on delete cascade,
        account_id uuid not null references accounts (id) on delete cascade,
        redirect_uri text not null,
        scopes text[] not null,
        nonce text,
        code_challenge text not null,
        methods text[] not null,
        proved_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        session_id uuid references sessions (id) on delete set null,
        check (session_id is null or used_at is not null)
      )`)
    await runner.query(
      'create index authorization_codes_expiry on authorization_codes (expires_at)',
    )
    await runner.query(`
      create table browser_sessions (
        hash bytea primary key check (octet_length(hash) = 32),
        session_id uuid not null references sessions (id) on delete cascade,
        expires_at timestamptz not null
      )`)
    await runner.query('create index browser_sessions_expiry on browser_sessions (expires_at)')
    await runner.query('create index browser_sessions_session on browser_sessions (session_id)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table browser_sessions, authorization_codes, oauth_consents')
    await runner.query('alter table sessions drop column client_scopes, drop column client_id')
    await runner.query('drop table oauth_clients')
  }
}
