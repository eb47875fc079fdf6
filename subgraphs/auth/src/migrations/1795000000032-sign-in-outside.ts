import type { MigrationInterface, QueryRunner } from 'typeorm'

export class SignInOutside1795000000032 implements MigrationInterface {
  readonly name = 'SignInOutside1795000000032'

  async up(runner: QueryRunner): Promise<void> {
    // A provider tells people apart by the subject alone: addresses change hands (OpenID Connect Core, section 5.7).
    await runner.query(`
      create table outside_identities (
        id uuid not null unique,
        issuer text not null,
        subject text not null,
        account_id uuid not null references accounts (id) on delete cascade,
        linked_at timestamptz not null,
        primary key (issuer, subject)
      )`)
    await runner.query('create index outside_identities_account on outside_identities (account_id)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table outside_identities')
  }
}
