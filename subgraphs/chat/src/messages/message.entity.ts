import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'
import type { AttachmentRow } from '../attachments/attachment.ts'

/** All members, or those of them who were there when it was sent. */
export type RoomMention = 'everyone' | 'here'

export interface MessageRow {
  id: string
  roomId: string
  /** The place in the room: 1, 2, 3 …; what order means in chat. Clocks do not decide it. */
  sequence: number
  authorId: string
  clientMessageId: string
  /** Null once the message is redacted. */
  body: string | null
  sentAt: Date
  /** The number, within the room, of the latest change of this message; 0 while it is as it was sent. */
  changed: number
  replyToId: string | null
  /** The message that the thread began with; null for a message that is no reply. */
  threadId: string | null
  mentionIds: string[]
  /** Whom it mentions besides, of the members together. */
  mentionsRoom: RoomMention | null
  attachments: AttachmentRow[]
  editedAt: Date | null
  redactedAt: Date | null
  redactedBy: string | null
  pinnedAt: Date | null
  pinnedBy: string | null
}

/** What a message has that has just been sent, replies to nothing and mentions nobody. */
export const asSent = {
  changed: 0,
  replyToId: null,
  threadId: null,
  mentionIds: [],
  mentionsRoom: null,
  attachments: [],
  editedAt: null,
  redactedAt: null,
  redactedBy: null,
  pinnedAt: null,
  pinnedBy: null,
} satisfies Partial<MessageRow>

export const MessageEntity = new EntitySchema<MessageRow>({
  name: 'Message',
  tableName: 'messages',
  columns: {
    id: { type: 'uuid', primary: true },
    roomId: { type: 'uuid', name: 'room_id' },
    sequence: { type: 'integer' },
    authorId: { type: 'uuid', name: 'author_id' },
    clientMessageId: { type: 'text', name: 'client_message_id' },
    body: { type: 'text', nullable: true },
    sentAt: { type: 'timestamptz', name: 'sent_at' },
    changed: { type: 'integer' },
    replyToId: { type: 'uuid', name: 'reply_to_id', nullable: true },
    threadId: { type: 'uuid', name: 'thread_id', nullable: true },
    mentionIds: { type: 'uuid', name: 'mention_ids', array: true },
    mentionsRoom: { type: 'text', name: 'mentions_room', nullable: true },
    attachments: { type: 'jsonb' },
    editedAt: { type: 'timestamptz', name: 'edited_at', nullable: true },
    redactedAt: { type: 'timestamptz', name: 'redacted_at', nullable: true },
    redactedBy: { type: 'uuid', name: 'redacted_by', nullable: true },
    pinnedAt: { type: 'timestamptz', name: 'pinned_at', nullable: true },
    pinnedBy: { type: 'uuid', name: 'pinned_by', nullable: true },
  },
} satisfies EntityShape<MessageRow>)

/** The columns of a `MessageRow` in hand-written SQL, of the table under the alias `m`. */
export const messageColumns = `m.id, m.room_id as "roomId", m.sequence, m.author_id as "authorId",
  m.client_message_id as "clientMessageId", m.body, m.sent_at as "sentAt", m.changed,
  m.reply_to_id as "replyToId", m.thread_id as "threadId", m.mention_ids::text[] as "mentionIds",
  m.mentions_room as "mentionsRoom", m.attachments,
  m.edited_at as "editedAt", m.redacted_at as "redactedAt", m.redacted_by as "redactedBy",
  m.pinned_at as "pinnedAt", m.pinned_by as "pinnedBy"`
