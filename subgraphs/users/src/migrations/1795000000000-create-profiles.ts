import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CreateProfiles1795000000000 implements MigrationInterface {
  readonly name = 'CreateProfiles1795000000000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create extension if not exists citext')
    await runner.query('create extension if not exists pg_trgm')
    await runner.query(`
      create table profiles (
        id uuid primary key,
        username citext not null unique check (username ~ '^[a-z0-9_]{3,30}$'),
        display_name text not null check (char_length(display_name) between 1 and 80),
        bio text check (char_length(bio) between 1 and 500),
        avatar_url text check (char_length(avatar_url) <= 2000),
        joined_at timestamptz not null,
        version integer not null default 1,
        searchable text generated always as (lower(username::text || ' ' || display_name)) stored
      )`)
    await runner.query(
      'create index profiles_searchable on profiles using gin (searchable gin_trgm_ops)',
    )
    // The threshold belongs to the function, so that the index serves it whatever the connection's settings are.
    await runner.query(`
      create function matching_profiles(wanted text, pattern text)
      returns table (profile_id uuid, rank integer)
      language sql stable set pg_trgm.word_similarity_threshold = '0.4'
      as $$
        select id, round(word_similarity(wanted, searchable) * 1000)::integer
        from profiles where wanted <% searchable or searchable like pattern
      $$`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function matching_profiles')
    await runner.query('drop table profiles')
  }
}
