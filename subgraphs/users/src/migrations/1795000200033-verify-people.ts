import type { MigrationInterface, QueryRunner } from 'typeorm'

export class VerifyPeople1795000200033 implements MigrationInterface {
  readonly name = 'VerifyPeople1795000200033'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table profiles add column verified_at timestamptz')
    await runner.query(`
      create table verification_requests (
        id uuid primary key,
        user_id uuid not null,
        reason text not null check (char_length(reason) between 1 and 1000),
        status text not null check (status in ('pending', 'accepted', 'declined', 'withdrawn')),
        requested_at timestamptz not null,
        decided_at timestamptz,
        decided_by uuid,
        note text check (char_length(note) between 1 and 1000),
        check ((status = 'pending') = (decided_at is null)),
        check ((decided_at is null) = (decided_by is null))
      )`)
    await runner.query(
      `create unique index verification_requests_pending on verification_requests (user_id) where status = 'pending'`,
    )
    await runner.query(
      'create index verification_requests_status on verification_requests (status, id)',
    )
    await runner.query(
      'create index verification_requests_user on verification_requests (user_id, id)',
    )
    // No foreign keys: the log outlives what it tells of.
    await runner.query(`
      create table verification_log (
        id uuid primary key,
        occurred_at timestamptz not null,
        actor_id uuid not null,
        user_id uuid not null,
        action text not null check (action in ('requested', 'accepted', 'declined', 'request-withdrawn', 'badge-withdrawn')),
        note text
      )`)
    await runner.query('create index verification_log_user on verification_log (user_id, id)')
    await runner.query(`
      create function refuse_change_of_verification_log() returns trigger language plpgsql as $$
      begin
        raise exception 'the verification log is only added to';
      end $$`)
    await runner.query(`
      create trigger verification_log_is_append_only before update or delete or truncate on verification_log
      for each statement execute function refuse_change_of_verification_log()`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table verification_log, verification_requests')
    await runner.query('drop function refuse_change_of_verification_log()')
    await runner.query('alter table profiles drop column verified_at')
  }
}
