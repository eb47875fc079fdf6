import type { ExportSection } from '@gravity/shared/people/export-reader'

/** What chat keeps about a person, for their export. Others' words and decisions are not theirs to take along. */
export const exportSections: readonly ExportSection[] = [
  {
    name: 'rooms',
    sql: `select jsonb_build_object('roomId', r.id, 'name', r.name, 'kind', r.kind, 'role', m.role,
        'joinedAt', m.joined_at, 'leftAt', m.left_at) as record
      from memberships m join rooms r on r.id = m.room_id where m.user_id = $1 order by r.id`,
  },
  {
    name: 'messages',
    sql: `select jsonb_build_object('id', id, 'roomId', room_id, 'sequence', sequence, 'body', body,
        'attachments', attachments, 'sentAt', sent_at, 'editedAt', edited_at, 'redactedAt', redacted_at) as record
      from messages where author_id = $1 order by id`,
  },
  {
    name: 'earlierTexts',
    sql: `select jsonb_build_object('messageId', message_id, 'body', v.body, 'writtenAt', written_at) as record
      from revisions v join messages m on m.id = v.message_id where m.author_id = $1 order by message_id, number`,
  },
  {
    name: 'reactions',
    sql: `select jsonb_build_object('messageId', message_id, 'emoji', emoji, 'reactedAt', reacted_at) as record
      from reactions where user_id = $1 order by reacted_at, message_id`,
  },
  ...[
    { name: 'drafts', table: 'drafts' },
    { name: 'readMarkers', table: 'read_markers' },
    { name: 'settings', table: 'settings' },
    { name: 'roomWishes', table: 'room_wishes' },
    { name: 'ignoredPeople', table: 'ignores' },
  ].map(({ name, table }) => ({
    name,
    sql: `select to_jsonb(t) - 'user_id' as record from ${table} t where user_id = $1`,
  })),
]
