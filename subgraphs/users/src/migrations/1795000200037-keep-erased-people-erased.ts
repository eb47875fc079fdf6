import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What people have for themselves, by tables whose rows nothing else keeps from a person who has gone. */
const tables = [
  'addresses',
  'consents',
  'data_exports',
  'preferences',
  'privacy_settings',
  'verification_requests',
]

/** An access token may outlive its person for minutes: nothing of theirs comes to be meanwhile. */
export class KeepErasedPeopleErased1795000200037 implements MigrationInterface {
  readonly name = 'KeepErasedPeopleErased1795000200037'

  async up(runner: QueryRunner): Promise<void> {
    // The lock makes an erasure wait for this row, so that it is there to be erased.
    await runner.query(`
      create function refuse_rows_of_erased_people() returns trigger language plpgsql as $$
      declare
        gone_at timestamptz;
      begin
        select erased_at into gone_at from profiles where id = new.user_id for share;
        if gone_at is not null then
          raise exception 'this person has gone' using errcode = 'check_violation';
        end if;
        return new;
      end $$`)
    for (const table of tables) {
      await runner.query(`
        create trigger ${table}_of_erased_people before insert on ${table}
        for each row execute function refuse_rows_of_erased_people()`)
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) {
      await runner.query(`drop trigger ${table}_of_erased_people on ${table}`)
    }
    await runner.query('drop function refuse_rows_of_erased_people()')
  }
}
