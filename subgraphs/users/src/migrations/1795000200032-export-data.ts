import type { MigrationInterface, QueryRunner } from 'typeorm'

export class ExportData1795000200032 implements MigrationInterface {
  readonly name = 'ExportData1795000200032'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table data_exports (
        id uuid primary key,
        user_id uuid not null,
        status text not null check (status in ('collecting', 'ready')),
        requested_at timestamptz not null,
        attempt integer not null default 1,
        asked_at timestamptz not null,
        ready_at timestamptz,
        expires_at timestamptz,
        check ((status = 'ready') = (ready_at is not null and expires_at is not null))
      )`)
    // One at a time, and the latest is the one that counts.
    await runner.query('create unique index data_exports_person on data_exports (user_id, status)')
    await runner.query(
      `create index data_exports_collecting on data_exports (asked_at) where status = 'collecting'`,
    )
    await runner.query(
      `create index data_exports_expiry on data_exports (expires_at) where status = 'ready'`,
    )
    await runner.query(`
      create table data_export_parts (
        export_id uuid not null references data_exports on delete cascade,
        service text not null,
        attempt integer not null,
        number integer not null check (number > 0),
        is_last boolean not null,
        sections jsonb not null,
        primary key (export_id, service, attempt, number)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table data_export_parts, data_exports')
  }
}
