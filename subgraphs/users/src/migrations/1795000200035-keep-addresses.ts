import type { MigrationInterface, QueryRunner } from 'typeorm'

export class KeepAddresses1795000200035 implements MigrationInterface {
  readonly name = 'KeepAddresses1795000200035'

  async up(runner: QueryRunner): Promise<void> {
    const text = (column: string, longest: number) =>
      `${column} text check (char_length(${column}) between 1 and ${longest})`
    await runner.query(`
      create table addresses (
        id uuid primary key,
        user_id uuid not null,
        ${text('label', 50)},
        recipient text not null check (char_length(recipient) between 1 and 100),
        ${text('company', 100)},
        line1 text not null check (char_length(line1) between 1 and 100),
        ${text('line2', 100)},
        city text not null check (char_length(city) between 1 and 100),
        ${text('region', 100)},
        ${text('postal_code', 20)},
        country char(2) not null check (country ~ '^[A-Z]{2}$'),
        phone text check (phone ~ '^\\+[1-9][0-9]{1,14}$'),
        is_default_shipping boolean not null default false,
        is_default_billing boolean not null default false,
        added_at timestamptz not null
      )`)
    await runner.query('create index addresses_user on addresses (user_id, id)')
    for (const use of ['shipping', 'billing']) {
      await runner.query(
        `create unique index addresses_default_${use} on addresses (user_id) where is_default_${use}`,
      )
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table addresses')
  }
}
