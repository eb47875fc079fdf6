import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What staff may do about people: see what they keep for themselves, and vouch for who they are. */
export class ForgetPeople1795000000050 implements MigrationInterface {
  readonly name = 'ForgetPeople1795000000050'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      insert into role_scopes (role, scope)
      select role, scope from unnest(array['admin', 'staff']) as role, unnest(array['users:inspect', 'users:verify']) as scope
      on conflict do nothing`)
    // An erased account takes its sessions along; which of them are refused for the moment is told by what was said of them.
    await runner.query(`
      create index outbox_revoked_sessions on outbox (occurred_at) where name = 'auth.session-revoked.v1'`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index outbox_revoked_sessions')
    await runner.query(`delete from role_scopes where scope in ('users:inspect', 'users:verify')`)
  }
}
