import type { MigrationInterface, QueryRunner } from 'typeorm'

export class DeleteAccounts1795000200031 implements MigrationInterface {
  readonly name = 'DeleteAccounts1795000200031'

  async up(runner: QueryRunner): Promise<void> {
    // What is left of a person who has gone has a name that no person can choose.
    await runner.query(`
      alter table profiles
        add column erased_at timestamptz,
        drop constraint profiles_username_check,
        add constraint profiles_username_check check (
          case when erased_at is null then username ~ '^[a-z0-9_]{3,30}$'
          else username ~ '^deleted-[0-9a-f]{16}$' end),
        add constraint profiles_erased_check check (
          erased_at is null or (bio is null and avatar_url is null))`)
    await runner.query(`
      create table account_deletions (
        id uuid primary key,
        user_id uuid not null,
        status text not null check (status in ('scheduled', 'cancelled', 'begun', 'completed')),
        requested_by uuid not null,
        requested_at timestamptz not null,
        due_at timestamptz not null,
        asked integer not null default 0,
        asked_at timestamptz,
        ended_at timestamptz,
        check ((asked_at is not null) = (status in ('begun', 'completed'))),
        check ((ended_at is not null) = (status in ('cancelled', 'completed')))
      )`)
    await runner.query(
      `create unique index account_deletions_person on account_deletions (user_id) where status <> 'cancelled'`,
    )
    await runner.query(
      'create index account_deletions_user on account_deletions (user_id, requested_at)',
    )
    await runner.query(
      `create index account_deletions_due on account_deletions (due_at) where status = 'scheduled'`,
    )
    await runner.query(
      `create index account_deletions_begun on account_deletions (asked_at) where status = 'begun'`,
    )
    await runner.query(`
      create table account_deletion_services (
        deletion_id uuid not null references account_deletions on delete cascade,
        service text not null,
        acknowledged_at timestamptz,
        primary key (deletion_id, service)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table account_deletion_services, account_deletions')
    await runner.query('delete from profiles where erased_at is not null')
    await runner.query(`
      alter table profiles drop constraint profiles_erased_check, drop constraint profiles_username_check,
        add constraint profiles_username_check check (username ~ '^[a-z0-9_]{3,30}$'), drop column erased_at`)
  }
}
