import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Messages can be found by their words, also by misspelt ones. */
export class SearchMessages1795000500003 implements MigrationInterface {
  readonly name = 'SearchMessages1795000500003'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create extension if not exists pg_trgm')
    await runner.query(`
      create index messages_by_words on messages using gin (to_tsvector('simple', body))
        where body is not null`)
    await runner.query(`
      create index messages_by_letters on messages using gin (lower(body) gin_trgm_ops)
        where body is not null`)
    // What one person may read of what holds the words, and of what holds similar ones. The threshold belongs to the
    // function, so that the index serves it whatever the connection's settings are.
    await runner.query(`
      create function search_messages(
        viewer uuid, wanted text, room uuid, author uuid, since timestamptz, until timestamptz,
        attached boolean)
      returns table (message_id uuid, is_exact integer, sent_at timestamptz)
      language sql stable set pg_trgm.word_similarity_threshold = '0.5'
      as $$
        select m.id, (to_tsvector('simple', m.body) @@ websearch_to_tsquery('simple', wanted))::integer,
          m.sent_at
        from messages m join members v on v.room_id = m.room_id and v.user_id = viewer
        where m.body is not null and m.sequence > v.visible_after
          and (to_tsvector('simple', m.body) @@ websearch_to_tsquery('simple', wanted)
            or lower(wanted) <% lower(m.body))
          and (room is null or m.room_id = room)
          and (author is null or m.author_id = author)
          and (since is null or m.sent_at >= since)
          and (until is null or m.sent_at < until)
          and (attached is null or (m.attachments <> '[]') = attached)
          and not exists (
            select 1 from ignores i where i.user_id = viewer and i.ignored_id = m.author_id)
      $$`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop function search_messages(uuid, text, uuid, uuid, timestamptz, timestamptz, boolean)',
    )
    await runner.query('drop index messages_by_letters, messages_by_words')
  }
}
