import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Files that belong to messages, and mentions of the members together. */
export class AttachFiles1795000500002 implements MigrationInterface {
  readonly name = 'AttachFiles1795000500002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table messages
        add column attachments jsonb not null default '[]',
        add column mentions_room text check (mentions_room in ('everyone', 'here')),
        drop constraint messages_body_check,
        add constraint messages_body_check check (char_length(body) <= 4000),
        add constraint messages_content check (body <> '' or attachments <> '[]'),
        add constraint messages_attachments check (
          jsonb_typeof(attachments) = 'array' and jsonb_array_length(attachments) <= 10),
        add constraint messages_withdrawn check (
          redacted_at is null or (attachments = '[]' and mentions_room is null))`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`update messages set body = ' ' where body = ''`)
    await runner.query(`
      alter table messages
        drop constraint messages_body_check, drop constraint messages_content,
        drop constraint messages_attachments, drop constraint messages_withdrawn,
        drop column attachments, drop column mentions_room,
        add constraint messages_body_check check (char_length(body) between 1 and 4000)`)
  }
}
