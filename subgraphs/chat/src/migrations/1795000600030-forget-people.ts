import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Who has gone for good stays known as such, so that no later news of them brings them back. */
export class ForgetPeople1795000600030 implements MigrationInterface {
  readonly name = 'ForgetPeople1795000600030'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table known_people add column erased_at timestamptz(3)')
    await runner.query('create index reactions_of_user on reactions (user_id)')
    await runner.query('create index messages_of_author on messages (author_id, id)')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index messages_of_author, reactions_of_user')
    await runner.query('alter table known_people drop column erased_at')
  }
}
