import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Rooms that forget what is older than some days. */
export class Retention1795000400004 implements MigrationInterface {
  readonly name = 'Retention1795000400004'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rooms
        add column retention_days integer check (retention_days between 1 and 3650),
        add column removed_through integer not null default 0
          check (removed_through between 0 and latest_sequence),
        add column removed_change integer not null default 0
          check (removed_change between 0 and latest_change),
        add column removals integer not null default 0 check (removals >= 0)`)
    await runner.query(`
      create index rooms_that_forget on rooms (id) where retention_days is not null`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rooms drop column retention_days, drop column removed_through,
        drop column removed_change, drop column removals`)
  }
}
