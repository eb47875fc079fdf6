import type { MigrationInterface, QueryRunner } from 'typeorm'

export class AdministerAccounts1795000000012 implements MigrationInterface {
  readonly name = 'AdministerAccounts1795000000012'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table accounts
        add column suspended_at timestamptz,
        add column suspension_reason text,
        add check ((suspended_at is null) = (suspension_reason is null))`)
    // No foreign keys: the log outlives what it tells of.
    await runner.query(`
      create table audit_log (
        id uuid primary key,
        occurred_at timestamptz not null,
        actor_id uuid not null,
        account_id uuid not null,
        action text not null,
        detail text
      )`)
    await runner.query('create index audit_log_account on audit_log (account_id, id)')
    await runner.query(`
      create function refuse_change_of_audit_log() returns trigger language plpgsql as $$
      begin
        raise exception 'the audit log is only added to';
      end $$`)
    await runner.query(`
      create trigger audit_log_is_append_only before update or delete or truncate on audit_log
      for each statement execute function refuse_change_of_audit_log()`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_log')
    await runner.query('drop function refuse_change_of_audit_log()')
    await runner.query(
      'alter table accounts drop column suspension_reason, drop column suspended_at',
    )
  }
}
