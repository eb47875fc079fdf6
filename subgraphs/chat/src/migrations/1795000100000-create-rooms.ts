import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateRooms1795000100000 implements MigrationInterface {
  readonly name = 'CreateRooms1795000100000'

  async up(runner: QueryRunner): Promise<void> {
    // Times have milliseconds, as a JavaScript Date has, so that they survive a cursor unchanged.
    await runner.query(`
      create table known_people (
        id uuid primary key
      )`)
    await runner.query(`
      create table rooms (
        id uuid primary key,
        name text check (char_length(name) between 1 and 80),
        created_by uuid not null,
        created_at timestamptz(3) not null,
        member_count integer not null check (member_count between 0 and 2000),
        members_version integer not null default 1,
        latest_sequence integer not null default 0 check (latest_sequence >= 0),
        last_message_at timestamptz(3),
        last_activity_at timestamptz(3) generated always as (coalesce(last_message_at, created_at)) stored,
        version integer not null default 1
      )`)
    await runner.query(`
      create table memberships (
        room_id uuid not null references rooms,
        user_id uuid not null,
        role text not null check (role in ('owner', 'member')),
        joined_at timestamptz(3) not null,
        left_at timestamptz(3),
        primary key (room_id, user_id)
      )`)
    await runner.query(`
      create index memberships_of_user on memberships (user_id) where left_at is null`)
    await runner.query(`
      create index memberships_of_room on memberships (room_id, joined_at, user_id) where left_at is null`)
    await runner.query(`
      create view members as
        select room_id, user_id, role, joined_at from memberships where left_at is null`)
    await runner.query(`
      create table messages (
        id uuid primary key,
        room_id uuid not null references rooms,
        sequence integer not null check (sequence > 0),
        author_id uuid not null,
        client_message_id text not null check (char_length(client_message_id) between 1 and 100),
        body text not null check (char_length(body) between 1 and 4000),
        sent_at timestamptz(3) not null,
        unique (room_id, sequence),
        unique (room_id, author_id, client_message_id)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop view members')
    await runner.query('drop table messages, memberships, rooms, known_people')
  }
}
