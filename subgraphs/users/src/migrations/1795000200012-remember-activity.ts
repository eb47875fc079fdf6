import type { MigrationInterface, QueryRunner } from 'typeorm'

export class RememberActivity1795000200012 implements MigrationInterface {
  readonly name = 'RememberActivity1795000200012'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table activities (
        id uuid primary key default gen_random_uuid(),
        actor_id uuid not null references profiles on delete cascade,
        kind text not null
          check (kind in ('JOINED', 'FOLLOWED', 'CHANGED_PICTURE', 'CHANGED_NAME', 'VERIFIED')),
        subject_id uuid references profiles on delete cascade,
        happened_at timestamptz not null,
        check ((kind = 'FOLLOWED') = (subject_id is not null))
      );
      create unique index activities_of_pair on activities (actor_id, subject_id)
        where subject_id is not null;
      create unique index activities_of_kind on activities (actor_id, kind)
        where subject_id is null;
      create index activities_by_time on activities (actor_id, happened_at desc, id desc);
      create index activities_of_subject on activities (subject_id) where subject_id is not null;
      insert into activities (actor_id, kind, happened_at)
        select id, 'JOINED', date_trunc('milliseconds', joined_at) from profiles`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table activities')
  }
}
