import { z } from 'zod'
import { defineEvent } from '../event-contract.ts'

/** A room exists, with its first members. The aggregate is the room. */
export const roomCreated = defineEvent('chat.room-created.v1', {
  payload: z.object({
    roomId: z.guid(),
    createdBy: z.guid(),
    memberIds: z.array(z.guid()),
  }),
  consumers: [],
})

/** People came into a room, also those who had left it before. The aggregate is the room. */
export const membersJoined = defineEvent('chat.members-joined.v1', {
  payload: z.object({ roomId: z.guid(), userIds: z.array(z.guid()), addedBy: z.guid() }),
  consumers: [],
})

/** Somebody left a room. The aggregate is the room. */
export const memberLeft = defineEvent('chat.member-left.v1', {
  payload: z.object({ roomId: z.guid(), userId: z.guid() }),
  consumers: [],
})

/** A message was sent. The aggregate is the room; `sequence` is the message's place in it. Bodies do not travel. */
export const messageSent = defineEvent('chat.message-sent.v1', {
  payload: z.object({
    roomId: z.guid(),
    messageId: z.guid(),
    sequence: z.int().positive(),
    authorId: z.guid(),
  }),
  consumers: [],
})
