import type { MigrationInterface, QueryRunner } from 'typeorm'

export class BindCodesToSessions1795000000033 implements MigrationInterface {
  readonly name = 'BindCodesToSessions1795000000033'

  async up(runner: QueryRunner): Promise<void> {
    // They live for a minute.
    await runner.query('delete from authorization_codes')
    await runner.query(
      'alter table authorization_codes add column granted_in uuid not null references sessions (id) on delete cascade',
    )
    await runner.query(
      'create index authorization_codes_granted on authorization_codes (granted_in)',
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table authorization_codes drop column granted_in')
  }
}
