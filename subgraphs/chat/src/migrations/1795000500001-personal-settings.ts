import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What people want of chat: of what to be told, whom to ignore, how to be seen. */
export class PersonalSettings1795000500001 implements MigrationInterface {
  readonly name = 'PersonalSettings1795000500001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table settings (
        user_id uuid primary key,
        notification_level text not null default 'all'
          check (notification_level in ('all', 'mentions', 'nothing')),
        receipts_are_private boolean not null default false,
        is_invisible boolean not null default false,
        shares_last_active boolean not null default true,
        status_text text check (char_length(status_text) between 1 and 100),
        status_emoji text check (char_length(status_emoji) between 1 and 20),
        status_expires_at timestamptz(3)
      )`)
    await runner.query(`
      create table room_wishes (
        user_id uuid not null,
        room_id uuid not null references rooms,
        level text check (level in ('all', 'mentions', 'nothing')),
        muted_until timestamptz(3),
        primary key (user_id, room_id)
      )`)
    await runner.query(`
      create table ignores (
        user_id uuid not null,
        ignored_id uuid not null check (ignored_id <> user_id),
        ignored_at timestamptz(3) not null,
        primary key (user_id, ignored_id)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ignores, room_wishes, settings')
  }
}
