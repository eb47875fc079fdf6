import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Prefer1795000200011 implements MigrationInterface {
  readonly name = 'Prefer1795000200011'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table preferences (
        user_id uuid primary key references profiles on delete cascade,
        locale text not null check (char_length(locale) between 2 and 100),
        time_zone text not null check (char_length(time_zone) between 1 and 100),
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        appearance text not null check (appearance in ('SYSTEM', 'LIGHT', 'DARK'))
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table preferences')
  }
}
