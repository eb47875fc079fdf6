import type { MigrationInterface, QueryRunner } from 'typeorm'

export class DescribeSessions1795000000011 implements MigrationInterface {
  readonly name = 'DescribeSessions1795000000011'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table sessions add column user_agent text, add column client_network text',
    )
    // With the token itself it gives the successor; without the token it is worth nothing.
    await runner.query(
      'alter table refresh_tokens add column successor_salt bytea check (rotated_at is not null or successor_salt is null)',
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table refresh_tokens drop column successor_salt')
    await runner.query('alter table sessions drop column user_agent, drop column client_network')
  }
}
