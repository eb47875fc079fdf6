import type { MigrationInterface, QueryRunner } from 'typeorm'

/** How far everybody has read, and what they have begun to write. */
export class ReadRooms1795000300000 implements MigrationInterface {
  readonly name = 'ReadRooms1795000300000'

  async up(runner: QueryRunner): Promise<void> {
    // Apart from the memberships: markers move at every glance into a room, and sending locks the membership.
    await runner.query(`
      create table read_markers (
        room_id uuid not null references rooms,
        user_id uuid not null,
        last_read integer not null check (last_read >= 0),
        shown_read integer not null default 0 check (shown_read between 0 and last_read),
        shown_at timestamptz(3),
        primary key (room_id, user_id),
        check ((shown_read = 0) = (shown_at is null))
      ) with (fillfactor = 80)`)
    await runner.query(`
      create index read_markers_shown on read_markers (room_id, shown_read, user_id) where shown_read > 0`)
    // Nobody comes back to a thousand unread messages that they have read before markers were kept.
    await runner.query(`
      insert into read_markers (room_id, user_id, last_read)
      select m.room_id, m.user_id, r.latest_sequence from members m join rooms r on r.id = m.room_id`)
    await runner.query(`
      create table drafts (
        room_id uuid not null references rooms,
        user_id uuid not null,
        body text not null check (char_length(body) between 1 and 4000),
        saved_at timestamptz(3) not null,
        primary key (room_id, user_id)
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table drafts, read_markers')
  }
}
