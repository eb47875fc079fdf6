import type { MigrationInterface, QueryRunner } from 'typeorm'

export class CompleteAdministration1795000000040 implements MigrationInterface {
  readonly name = 'CompleteAdministration1795000000040'

  async up(runner: QueryRunner): Promise<void> {
    // Whose deletion is ordered never comes in again.
    await runner.query(`
      alter table accounts
        add column deletion_ordered_at timestamptz,
        add check (deletion_ordered_at is null or suspended_at is not null)`)
    await runner.query(`
      create table impersonations (
        session_id uuid primary key references sessions (id) on delete cascade,
        impersonator_id uuid not null references accounts (id) on delete cascade,
        impersonator_session_id uuid not null
      )`)
    await runner.query(
      'create index impersonations_impersonator on impersonations (impersonator_id)',
    )
    await runner.query(
      'create index impersonations_impersonator_session on impersonations (impersonator_session_id)',
    )
    await runner.query('create index audit_log_actor on audit_log (actor_id, id)')
    await runner.query(`insert into roles (name) values ('staff')`)
    await runner.query(`
      insert into role_scopes (role, scope)
      values ('admin', 'auth:impersonate'), ('staff', 'auth:read'), ('staff', 'chat:moderate')`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`delete from account_roles where role = 'staff'`)
    await runner.query(`delete from roles where name = 'staff'`)
    await runner.query(`delete from role_scopes where scope = 'auth:impersonate'`)
    await runner.query('drop index audit_log_actor')
    await runner.query('drop table impersonations')
    await runner.query('alter table accounts drop column deletion_ordered_at')
  }
}
