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

/** A room has another name, or none. The aggregate is the room. */
export const roomRenamed = defineEvent('chat.room-renamed.v1', {
  payload: z.object({ roomId: z.guid(), name: z.string().nullable(), renamedBy: z.guid() }),
  consumers: [],
})

const message = z.object({
  roomId: z.guid(),
  messageId: z.guid(),
  sequence: z.int().positive(),
  authorId: z.guid(),
})

/** A message's text was changed by its author. The aggregate is the room. Bodies do not travel. */
export const messageEdited = defineEvent('chat.message-edited.v1', {
  payload: message,
  consumers: [],
})

/** A message's content was withdrawn for good, by its author or a moderator. The aggregate is the room. */
export const messageRedacted = defineEvent('chat.message-redacted.v1', {
  payload: message.extend({ redactedBy: z.guid() }),
  consumers: [],
})

/**
 * A message mentions members of its room: when it is sent all of them, and when it is edited those who are new. The
 * aggregate is the room; the event has the version of the message's own.
 */
export const peopleMentioned = defineEvent('chat.people-mentioned.v1', {
  payload: message.extend({ userIds: z.array(z.guid()).min(1) }),
  consumers: [],
})

/** A member's role in a room was changed. The aggregate is the room. */
export const memberRoleChanged = defineEvent('chat.member-role-changed.v1', {
  payload: z.object({
    roomId: z.guid(),
    userId: z.guid(),
    role: z.enum(['owner', 'moderator', 'member']),
    changedBy: z.guid(),
  }),
  consumers: [],
})
