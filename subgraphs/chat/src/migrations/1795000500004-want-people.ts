import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Whether this database has asked for the people who were there before it. */
export class WantPeople1795000500004 implements MigrationInterface {
  readonly name = 'WantPeople1795000500004'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table people_requests (
        is_made boolean primary key default true check (is_made),
        requested_at timestamptz(3) not null
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table people_requests')
  }
}
