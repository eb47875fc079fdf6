import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What keeps rooms civil: bans, mutes, slow mode, word filters, reports and the log of all of it. */
export class Moderation1795000400003 implements MigrationInterface {
  readonly name = 'Moderation1795000400003'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rooms
        add column slow_mode_seconds integer not null default 0
          check (slow_mode_seconds between 0 and 21600),
        add column filter_count integer not null default 0 check (filter_count between 0 and 200)`)
    // They stay when somebody leaves, so that coming back ends neither a mute nor the wait of slow mode.
    await runner.query(`
      alter table memberships
        add column muted_at timestamptz(3),
        add column mute_expires_at timestamptz(3),
        add column mute_reason text check (char_length(mute_reason) between 1 and 500),
        add column paced_at timestamptz(3),
        add check (muted_at is not null or (mute_expires_at is null and mute_reason is null))`)
    await runner.query(`
      create table bans (
        room_id uuid not null references rooms,
        user_id uuid not null,
        banned_by uuid not null,
        reason text check (char_length(reason) between 1 and 500),
        banned_at timestamptz(3) not null,
        expires_at timestamptz(3),
        primary key (room_id, user_id)
      )`)
    await runner.query('create index bans_of_room on bans (room_id, banned_at, user_id)')
    await runner.query(`
      create table word_filters (
        id uuid primary key,
        room_id uuid not null references rooms,
        words text not null check (char_length(words) between 1 and 100),
        folded text not null check (folded <> ''),
        action text not null check (action in ('reject', 'flag', 'mask')),
        created_by uuid not null,
        created_at timestamptz(3) not null,
        unique (room_id, folded)
      )`)
    await createReports(runner)
    // From which message on somebody may read a room; null for who may not. World-readable channels are open to all but
    // those who are banned.
    await runner.query(`
      create function visible_after(room uuid, viewer uuid) returns integer language sql stable as $$
        select coalesce(
          (select m.visible_after from members m where m.room_id = room and m.user_id = viewer),
          (select 0 from rooms r where r.id = room and r.history = 'world' and not exists (
            select 1 from bans b where b.room_id = room and b.user_id = viewer
              and (b.expires_at is null or b.expires_at > now()))))
      $$`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function visible_after(uuid, uuid)')
    await runner.query('drop table moderation_log, reports, word_filters, bans')
    await runner.query('drop function refuse_change()')
    await runner.query(`
      alter table memberships drop column muted_at, drop column mute_expires_at,
        drop column mute_reason, drop column paced_at`)
    await runner.query('alter table rooms drop column slow_mode_seconds, drop column filter_count')
  }
}

async function createReports(runner: QueryRunner): Promise<void> {
  // The text as it was reported is kept: withdrawing the message must not take the evidence away before it was judged.
  await runner.query(`
    create table reports (
      id uuid primary key,
      room_id uuid not null references rooms,
      message_id uuid not null,
      author_id uuid not null,
      reporter_id uuid,
      reason text not null
        check (reason in ('spam', 'harassment', 'hate', 'sexual', 'violence', 'other', 'word_filter')),
      note text check (char_length(note) between 1 and 1000),
      evidence text,
      reported_at timestamptz(3) not null,
      status text not null default 'open' check (status in ('open', 'resolved', 'dismissed')),
      settled_by uuid,
      settled_at timestamptz(3),
      check ((reporter_id is null) = (reason = 'word_filter')),
      check ((status = 'open') = (settled_at is null)),
      check ((settled_at is null) = (settled_by is null)),
      unique (message_id, reporter_id)
    )`)
  await runner.query(`
    create unique index reports_of_filters on reports (message_id) where reporter_id is null`)
  await runner.query(`
    create index reports_open on reports (reported_at, id) where status = 'open'`)
  await runner.query('create index reports_of_room on reports (room_id, reported_at, id)')
  await runner.query(`
    create index reports_with_evidence on reports (settled_at)
      where evidence is not null and settled_at is not null`)
  await runner.query(`
    create table moderation_log (
      id uuid primary key,
      room_id uuid not null references rooms,
      actor_id uuid not null,
      action text not null check (action ~ '^[a-z_]+$'),
      person_id uuid,
      message_id uuid,
      reason text,
      expires_at timestamptz(3),
      done_at timestamptz(3) not null
    )`)
  await runner.query('create index moderation_log_of_room on moderation_log (room_id, done_at, id)')
  await runner.query(`
    create function refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'the moderation log is append-only'; end
    $$`)
  await runner.query(`
    create trigger moderation_log_stays before update or delete or truncate on moderation_log
      for each statement execute function refuse_change()`)
}
