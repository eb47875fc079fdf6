import type { MigrationInterface, QueryRunner } from 'typeorm'

export class KeepUsernames1795000200030 implements MigrationInterface {
  readonly name = 'KeepUsernames1795000200030'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function username_skeleton(name text) returns text
      language sql immutable strict parallel safe
      as $$
        select replace(replace(translate(
          trim(both '_' from regexp_replace(lower(name), '_+', '_', 'g')), '01', 'ol'), 'rn', 'm'), 'vv', 'w')
      $$`)
    // Whose a name is, look-alikes included: its present holder's, or a former one's until the hold ends.
    await runner.query(`
      create table username_claims (
        skeleton text primary key,
        owner_id uuid not null,
        held_until timestamptz
      )`)
    await runner.query('create index username_claims_owner on username_claims (owner_id)')
    await runner.query(
      'create index username_claims_held on username_claims (held_until) where held_until is not null',
    )
    // Where people of the time before look alike, the first has the claim, and all keep their names.
    await runner.query(`
      insert into username_claims (skeleton, owner_id)
      select distinct on (username_skeleton(username::text)) username_skeleton(username::text), id
      from profiles order by username_skeleton(username::text), joined_at, id`)
    await runner.query(`
      create table former_usernames (
        user_id uuid not null,
        username citext not null,
        used_from timestamptz(3) not null,
        used_until timestamptz(3) not null,
        primary key (user_id, used_until),
        check (used_from <= used_until)
      )`)
    await runner.query(
      'create index former_usernames_name on former_usernames (username, used_until)',
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table former_usernames, username_claims')
    await runner.query('drop function username_skeleton(text)')
  }
}
