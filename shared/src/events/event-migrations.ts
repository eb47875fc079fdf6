import type { MigrationInterface, QueryRunner } from 'typeorm'
import type { MigrationClass } from '../database/run-migrations.ts'

class CreateEventTables1767225600000 implements MigrationInterface {
  readonly name = 'CreateEventTables1767225600000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outbox (
        position bigint generated always as identity primary key,
        id uuid not null unique,
        name text not null,
        aggregate_id text not null,
        aggregate_version bigint not null,
        occurred_at timestamptz not null,
        traceparent text not null,
        payload jsonb not null,
        consumers text[] not null,
        sent_at timestamptz
      );
      create index outbox_unsent on outbox (position) where sent_at is null;
      create index outbox_unsent_of_aggregate on outbox (aggregate_id, position) where sent_at is null;
      create index outbox_sent on outbox (sent_at) where sent_at is not null;

      create table inbox (
        consumer text not null,
        event_id uuid not null,
        applied_at timestamptz not null default now(),
        primary key (consumer, event_id)
      );
      create index inbox_applied on inbox (applied_at);

      create table dead_letters (
        id uuid primary key,
        consumer text not null,
        event_id text not null,
        event_name text not null,
        envelope jsonb not null,
        error text not null,
        attempts integer not null,
        died_at timestamptz not null,
        replayed_at timestamptz,
        unique (consumer, event_id)
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dead_letters, inbox, outbox')
  }
}

/** The tables `outbox`, `inbox` and `dead_letters`; list them before a service's own migrations. */
export const eventMigrations: readonly MigrationClass[] = [CreateEventTables1767225600000]
