import type { EntityShape } from '@gravity/shared/database/entity-shape'
import { EntitySchema } from 'typeorm'

export interface MessageRow {
  id: string
  roomId: string
  /** The place in the room: 1, 2, 3 …; what order means in chat. Clocks do not decide it. */
  sequence: number
  authorId: string
  clientMessageId: string
  body: string
  sentAt: Date
}

export const MessageEntity = new EntitySchema<MessageRow>({
  name: 'Message',
  tableName: 'messages',
  columns: {
    id: { type: 'uuid', primary: true },
    roomId: { type: 'uuid', name: 'room_id' },
    sequence: { type: 'integer' },
    authorId: { type: 'uuid', name: 'author_id' },
    clientMessageId: { type: 'text', name: 'client_message_id' },
    body: { type: 'text' },
    sentAt: { type: 'timestamptz', name: 'sent_at' },
  },
} satisfies EntityShape<MessageRow>)
