import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Channels, groups and direct rooms; how much of the past a newcomer sees; who has blocked whom. */
export class RoomKinds1795000400001 implements MigrationInterface {
  readonly name = 'RoomKinds1795000400001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table rooms
        add column kind text not null default 'group' check (kind in ('channel', 'group', 'direct')),
        add column topic text check (char_length(topic) between 1 and 250),
        add column description text check (char_length(description) between 1 and 2000),
        add column history text not null default 'all'
          check (history in ('all', 'since_joined', 'world')),
        add column join_rule text not null default 'invite' check (join_rule in ('open', 'invite')),
        add column archived_at timestamptz(3),
        add column archived_by uuid,
        add column direct_first uuid,
        add column direct_second uuid,
        add check ((archived_at is null) = (archived_by is null)),
        add check ((kind = 'direct') = (direct_first is not null)),
        add check ((direct_first is null) = (direct_second is null)),
        add check (direct_first < direct_second),
        add check (kind <> 'direct' or (member_count = 2 and archived_at is null)),
        add check (kind <> 'channel' or name is not null),
        add check (kind = 'channel' or (join_rule = 'invite' and history <> 'world')),
        add constraint rooms_of_pair unique (direct_first, direct_second)`)
    await runner.query(`
      create index rooms_channels on rooms (last_activity_at, id)
        where kind = 'channel' and archived_at is null`)
    await runner.query(`
      alter table memberships
        add column visible_after integer not null default 0 check (visible_after >= 0)`)
    await runner.query(`
      create or replace view members as
        select room_id, user_id, role, joined_at, visible_after from memberships where left_at is null`)
    // A block that was lifted is remembered, so that an older event that comes later does nothing.
    await runner.query(`
      create table blocks (
        blocker_id uuid not null,
        blocked_id uuid not null check (blocked_id <> blocker_id),
        is_lifted boolean not null,
        version bigint not null,
        primary key (blocker_id, blocked_id)
      )`)
    await runner.query('create index blocks_of_blocked on blocks (blocked_id) where not is_lifted')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table blocks')
    await runner.query('drop view members')
    await runner.query('alter table memberships drop column visible_after')
    await runner.query(`
      create view members as
        select room_id, user_id, role, joined_at from memberships where left_at is null`)
    await runner.query('drop index rooms_channels')
    await runner.query(`
      alter table rooms drop column kind, drop column topic, drop column description,
        drop column history, drop column join_rule, drop column archived_at, drop column archived_by,
        drop column direct_first, drop column direct_second`)
  }
}
