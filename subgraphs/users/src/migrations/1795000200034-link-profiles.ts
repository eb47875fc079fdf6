import type { MigrationInterface, QueryRunner } from 'typeorm'

export class LinkProfiles1795000200034 implements MigrationInterface {
  readonly name = 'LinkProfiles1795000200034'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table profile_links (
        id uuid primary key,
        user_id uuid not null references profiles on delete cascade,
        position integer not null check (position between 1 and 8),
        url text not null check (char_length(url) between 1 and 500),
        added_at timestamptz not null,
        checked_at timestamptz,
        check_at timestamptz not null,
        failures integer not null default 0,
        verified_at timestamptz,
        unique (user_id, url),
        unique (user_id, position) deferrable initially deferred
      )`)
    await runner.query('create index profile_links_check on profile_links (check_at)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table profile_links')
  }
}
