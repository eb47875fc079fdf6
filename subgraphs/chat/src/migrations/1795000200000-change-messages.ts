import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Messages that change: replies, edits, redaction, reactions, mentions, pins; and moderators, who may do more of it. */
export class ChangeMessages1795000200000 implements MigrationInterface {
  readonly name = 'ChangeMessages1795000200000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table memberships drop constraint memberships_role_check,
        add constraint memberships_role_check check (role in ('owner', 'moderator', 'member'))`)
    await runner.query(`
      alter table rooms add column latest_change integer not null default 0 check (latest_change >= 0)`)
    await runner.query(`
      alter table known_people add column username text, add column version bigint not null default 0`)
    await runner.query(`
      create index known_people_by_username on known_people (username)`)
    // A reply is in the room of what it replies to, whatever the code says.
    await runner.query(`
      alter table messages
        alter column body drop not null,
        add column changed integer not null default 0 check (changed >= 0),
        add column reply_to_id uuid,
        add column thread_id uuid,
        add column mention_ids uuid[] not null default '{}' check (cardinality(mention_ids) <= 50),
        add column edited_at timestamptz(3),
        add column redacted_at timestamptz(3),
        add column redacted_by uuid,
        add column pinned_at timestamptz(3),
        add column pinned_by uuid,
        add constraint messages_room_and_id unique (room_id, id),
        add foreign key (room_id, reply_to_id) references messages (room_id, id),
        add foreign key (room_id, thread_id) references messages (room_id, id),
        add check ((reply_to_id is null) = (thread_id is null)),
        add check ((body is null) = (redacted_at is not null)),
        add check ((redacted_at is null) = (redacted_by is null)),
        add check ((pinned_at is null) = (pinned_by is null)),
        add check (redacted_at is null or (pinned_at is null and mention_ids = '{}'))`)
    await runner.query(`
      create unique index messages_by_change on messages (room_id, changed) where changed > 0`)
    await runner.query(`
      create index messages_of_thread on messages (thread_id, sequence) where thread_id is not null`)
    await runner.query(`
      create index messages_pinned on messages (room_id, pinned_at, id) where pinned_at is not null`)
    await runner.query(`
      create table revisions (
        message_id uuid not null references messages,
        number integer not null check (number between 1 and 50),
        body text not null,
        written_at timestamptz(3) not null,
        primary key (message_id, number)
      )`)
    await runner.query(`
      create table reactions (
        message_id uuid not null references messages,
        emoji text not null check (char_length(emoji) between 1 and 20),
        user_id uuid not null,
        reacted_at timestamptz(3) not null,
        primary key (message_id, emoji, user_id)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table reactions, revisions')
    await runner.query(`
      delete from messages where redacted_at is not null`)
    await runner.query(`
      alter table messages
        drop column changed, drop column reply_to_id, drop column thread_id, drop column mention_ids,
        drop column edited_at, drop column redacted_at, drop column redacted_by, drop column pinned_at,
        drop column pinned_by, drop constraint messages_room_and_id, alter column body set not null`)
    await runner.query('alter table known_people drop column username, drop column version')
    await runner.query('alter table rooms drop column latest_change')
    await runner.query(`update memberships set role = 'member' where role = 'moderator'`)
    await runner.query(`
      alter table memberships drop constraint memberships_role_check,
        add constraint memberships_role_check check (role in ('owner', 'member'))`)
  }
}
