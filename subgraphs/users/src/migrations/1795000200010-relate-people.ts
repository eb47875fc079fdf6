import type { MigrationInterface, QueryRunner } from 'typeorm'

const audience = `text not null default 'EVERYONE'
  check (%s in ('EVERYONE', 'SIGNED_IN', 'FOLLOWERS', 'NOBODY'))`

function audienceColumns(...names: string[]): string {
  return names.map((name) => `${name} ${audience.replace('%s', name)}`).join(',\n')
}

export class RelatePeople1795000200010 implements MigrationInterface {
  readonly name = 'RelatePeople1795000200010'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table profiles
        add column follower_count integer not null default 0 check (follower_count >= 0),
        add column following_count integer not null default 0 check (following_count >= 0),
        add column relation_version integer not null default 0,
        add column is_private boolean not null default false,
        add column is_listed boolean not null default true,
        add column is_guarded boolean not null default false`)
    await this.#createRelations(runner)
    await runner.query(`
      create table privacy_settings (
        user_id uuid primary key references profiles on delete cascade,
        ${audienceColumns('bio', 'avatar', 'counts', 'followers', 'following', 'activity', 'social_links')}
      )`)
    await runner.query(`
      create function needs_guard(person uuid) returns boolean
      language sql stable as $$
        select exists (select 1 from blocks where blocker_id = person or blocked_id = person)
          or exists (select 1 from privacy_settings where user_id = person)
          or exists (select 1 from profiles where id = person and is_private)
      $$`)
  }

  async #createRelations(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table follows (
        follower_id uuid not null references profiles on delete cascade,
        followee_id uuid not null references profiles on delete cascade,
        followed_at timestamptz not null,
        primary key (follower_id, followee_id),
        check (follower_id <> followee_id)
      );
      create index follows_of_followee on follows (followee_id, followed_at desc, follower_id desc);
      create index follows_of_follower on follows (follower_id, followed_at desc, followee_id desc);
      create table follow_requests (
        requester_id uuid not null references profiles on delete cascade,
        target_id uuid not null references profiles on delete cascade,
        requested_at timestamptz not null,
        primary key (requester_id, target_id),
        check (requester_id <> target_id)
      );
      create index requests_to_target on follow_requests (target_id, requested_at desc, requester_id desc);
      create index requests_of_requester on follow_requests (requester_id, requested_at desc, target_id desc);
      create table blocks (
        blocker_id uuid not null references profiles on delete cascade,
        blocked_id uuid not null references profiles on delete cascade,
        blocked_at timestamptz not null,
        primary key (blocker_id, blocked_id),
        check (blocker_id <> blocked_id)
      );
      create index blocks_of_blocked on blocks (blocked_id);
      create index blocks_of_blocker on blocks (blocker_id, blocked_at desc, blocked_id desc);
      create table mutes (
        muter_id uuid not null references profiles on delete cascade,
        muted_id uuid not null references profiles on delete cascade,
        muted_at timestamptz not null,
        muted_until timestamptz,
        primary key (muter_id, muted_id),
        check (muter_id <> muted_id),
        check (muted_until > muted_at)
      );
      create index mutes_of_muter on mutes (muter_id, muted_at desc, muted_id desc);
      create index mutes_by_end on mutes (muted_until) where muted_until is not null`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function needs_guard')
    await runner.query('drop table privacy_settings, mutes, blocks, follow_requests, follows')
    await runner.query(`
      alter table profiles drop column follower_count, drop column following_count,
        drop column relation_version, drop column is_private, drop column is_listed,
        drop column is_guarded`)
  }
}
