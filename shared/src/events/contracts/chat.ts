import { z } from 'zod'
import { defineEvent } from '../event-contract.ts'
import { erasureAcknowledgement, exportPart } from './leaving.ts'

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

/** Chat has erased a person: they are in no room, and nothing but their messages is left. The aggregate is the person. */
export const personErasedByChat = defineEvent('chat.person-erased.v1', {
  payload: erasureAcknowledgement,
  consumers: ['users'],
})

/** What chat keeps about a person, or a part of it. The aggregate is the export. */
export const chatExportPart = defineEvent('chat.export-part.v1', {
  payload: exportPart,
  consumers: ['users'],
})

/** A room was set up otherwise: topic, description, history, join rule, slow mode, retention, or it was archived. The aggregate is the room. */
export const roomConfigured = defineEvent('chat.room-configured.v1', {
  payload: z.object({ roomId: z.guid(), changedBy: z.guid(), isArchived: z.boolean() }),
  consumers: [],
})

/** Somebody was sent away from a room, banned or not. The aggregate is the room. */
export const memberRemoved = defineEvent('chat.member-removed.v1', {
  payload: z.object({ roomId: z.guid(), userId: z.guid(), removedBy: z.guid() }),
  consumers: [],
})

const expiry = z.iso.datetime().nullable()

/** Somebody may not come into a room, until then or for good. The aggregate is the room. */
export const personBanned = defineEvent('chat.person-banned.v1', {
  payload: z.object({
    roomId: z.guid(),
    userId: z.guid(),
    bannedBy: z.guid(),
    expiresAt: expiry,
  }),
  consumers: [],
})

/** A ban was lifted before its end. The aggregate is the room. */
export const personUnbanned = defineEvent('chat.person-unbanned.v1', {
  payload: z.object({ roomId: z.guid(), userId: z.guid(), unbannedBy: z.guid() }),
  consumers: [],
})

/** A member may not write in a room, until then or for good. The aggregate is the room. */
export const memberMuted = defineEvent('chat.member-muted.v1', {
  payload: z.object({
    roomId: z.guid(),
    userId: z.guid(),
    mutedBy: z.guid(),
    expiresAt: expiry,
  }),
  consumers: [],
})

/** A mute was lifted before its end. The aggregate is the room. */
export const memberUnmuted = defineEvent('chat.member-unmuted.v1', {
  payload: z.object({ roomId: z.guid(), userId: z.guid(), unmutedBy: z.guid() }),
  consumers: [],
})

const invitation = z.object({
  roomId: z.guid(),
  invitationId: z.guid(),
  inviteeId: z.guid(),
  inviterId: z.guid(),
})

/** Somebody was invited into a room. The aggregate is the room. */
export const personInvited = defineEvent('chat.person-invited.v1', {
  payload: invitation.extend({ expiresAt: z.iso.datetime() }),
  consumers: [],
})

/** An invitation was accepted, declined or revoked. The aggregate is the room. */
export const invitationSettled = defineEvent('chat.invitation-settled.v1', {
  payload: invitation.extend({ status: z.enum(['accepted', 'declined', 'revoked']) }),
  consumers: [],
})

const report = z.object({ roomId: z.guid(), messageId: z.guid(), reportId: z.guid() })

/** Somebody has reported a message to the moderators. The aggregate is the room. */
export const messageReported = defineEvent('chat.message-reported.v1', {
  payload: report.extend({ authorId: z.guid(), reporterId: z.guid(), reason: z.string() }),
  consumers: [],
})

/** A moderator has settled what was reported of a message. The aggregate is the room. */
export const reportSettled = defineEvent('chat.report-settled.v1', {
  payload: report.extend({ status: z.enum(['resolved', 'dismissed']), settledBy: z.guid() }),
  consumers: [],
})

/** Messages were removed because the room keeps none that are so old: those up to a sequence, some aside. The aggregate is the room. */
export const messagesRemoved = defineEvent('chat.messages-removed.v1', {
  payload: z.object({ roomId: z.guid(), removedThrough: z.int(), count: z.int().positive() }),
  consumers: [],
})

/**
 * Chat wants to know who there is, in parts: the people whose ids come after one, or the first. A chat database says so once,
 * and after every part that was not the last. The aggregate is the wish.
 */
export const peopleWanted = defineEvent('chat.people-wanted.v1', {
  payload: z.object({ afterId: z.guid().nullable() }),
  consumers: ['users'],
})
