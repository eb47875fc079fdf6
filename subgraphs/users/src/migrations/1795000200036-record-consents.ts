import type { MigrationInterface, QueryRunner } from 'typeorm'

export class RecordConsents1795000200036 implements MigrationInterface {
  readonly name = 'RecordConsents1795000200036'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table consents (
        id uuid primary key,
        user_id uuid not null,
        document text not null check (document ~ '^[a-z][a-z0-9-]{0,49}$'),
        version text not null check (char_length(version) between 1 and 50),
        is_given boolean not null,
        recorded_at timestamptz not null,
        user_agent text,
        client_network text
      )`)
    await runner.query('create index consents_current on consents (user_id, document, id desc)')
    await runner.query('create index consents_user on consents (user_id, id)')
    // What was agreed to is proof. Only by which client may be forgotten, when the person has gone.
    await runner.query(`
      create function keep_consents() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' and new.user_agent is null and new.client_network is null
          and to_jsonb(new) - '{user_agent,client_network}'::text[] = to_jsonb(old) - '{user_agent,client_network}'::text[]
        then return new;
        end if;
        raise exception 'consents are only added to';
      end $$`)
    await runner.query(`
      create trigger consents_are_append_only before update or delete on consents
      for each row execute function keep_consents()`)
    await runner.query(`
      create trigger consents_are_not_truncated before truncate on consents
      for each statement execute function keep_consents()`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table consents')
    await runner.query('drop function keep_consents()')
  }
}
