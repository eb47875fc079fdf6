import { z } from 'zod'
import { attachmentShape } from '../attachments/attachment.ts'
import type { MessageRow } from '../messages/message.entity.ts'
import type { ReceiptRow } from '../receipts/read-marker.repository.ts'
import { type HintDeps, publishHint } from './publish-hint.ts'

/**
 * Terminology
 * - Hint: what is published, after the commit, about a change of a room. It carries the change itself, so that whoever
 *   gets it in order needs no database; it may come late, twice or never, and then the database is read.
 * - Members' version: which member set was in force when the change was made. A message of a newer one is not delivered
 *   before the feed knows that member set.
 */

const moment = z.iso.datetime().transform((text) => new Date(text))

const message = z.object({
  id: z.guid(),
  roomId: z.guid(),
  sequence: z.int(),
  authorId: z.guid(),
  clientMessageId: z.string(),
  body: z.string().nullable(),
  sentAt: moment,
  changed: z.int(),
  replyToId: z.guid().nullable(),
  threadId: z.guid().nullable(),
  mentionIds: z.array(z.guid()),
  mentionsRoom: z.enum(['everyone', 'here']).nullable(),
  attachments: z.array(attachmentShape),
  editedAt: moment.nullable(),
  redactedAt: moment.nullable(),
  redactedBy: z.guid().nullable(),
  pinnedAt: moment.nullable(),
  pinnedBy: z.guid().nullable(),
})

/** A message was sent. */
const messageHint = z.object({ kind: z.literal('message'), membersVersion: z.int(), message })

/** A message has changed, or what is attached to it, and is now as the hint has it. */
const changeHint = z.object({ kind: z.literal('change'), membersVersion: z.int(), message })

const membersHint = z.object({
  kind: z.literal('members'),
  membersVersion: z.int(),
  joined: z.array(z.guid()),
  left: z.array(z.guid()),
  /** After which sequence those who joined may read. */
  visibleAfter: z.int().default(0),
})

/** A member has read up to a message. */
const receiptHint = z.object({
  kind: z.literal('receipt'),
  userId: z.guid(),
  sequence: z.int(),
  readAt: moment,
})

/** A member writes, or writes no longer. */
const typingHint = z.object({
  kind: z.literal('typing'),
  userId: z.guid(),
  isTyping: z.boolean(),
})

/** The room has another name, or a member another role. */
const renewalHint = z.object({ kind: z.literal('room') })

/** Old messages were removed: nobody shows them any more. */
const removalHint = z.object({ kind: z.literal('removal'), removals: z.int() })

const roomHint = z.discriminatedUnion('kind', [
  messageHint,
  changeHint,
  membersHint,
  receiptHint,
  typingHint,
  renewalHint,
  removalHint,
])

export type MessageHint = z.output<typeof messageHint>
export type ChangeHint = z.output<typeof changeHint>
export type MembersHint = z.output<typeof membersHint>
export type TypingHint = z.output<typeof typingHint>
export type RemovalHint = z.output<typeof removalHint>
export type RoomHint = z.output<typeof roomHint>

/** What concerns the inboxes of a room's members, of all rooms on one topic: a process joins them with who listens. */
export const inboxRoomsTopic = 'chat.inbox-rooms'

const inboxRoomHint = z.object({ roomId: z.guid(), hint: roomHint })

export type InboxRoomHint = z.output<typeof inboxRoomHint>

export function parseInboxRoomHint(published: unknown): InboxRoomHint | undefined {
  return inboxRoomHint.safeParse(published).data
}

export function roomTopic(roomId: string): string {
  return `chat.room.${roomId}`
}

/** Undefined for what this version does not understand: a hint may be ignored. */
export function parseRoomHint(published: unknown): RoomHint | undefined {
  return roomHint.safeParse(published).data
}

/** Tells the feeds of a room, in every process, what has been committed. Nobody waits for it and it never fails. */
export class RoomHints {
  readonly #deps: HintDeps

  constructor(deps: HintDeps) {
    this.#deps = deps
  }

  messageSent(message: MessageRow, membersVersion: number): void {
    this.#publish(message.roomId, { kind: 'message', membersVersion, message: toHint(message) })
  }

  messageChanged(message: MessageRow, membersVersion: number): void {
    this.#publish(message.roomId, { kind: 'change', membersVersion, message: toHint(message) })
  }

  read({ roomId, userId, sequence, readAt }: ReceiptRow): void {
    this.#publish(roomId, { kind: 'receipt', userId, sequence, readAt: readAt.toISOString() })
  }

  roomChanged(roomId: string): void {
    this.#publish(roomId, { kind: 'room' })
  }

  messagesRemoved(roomId: string, removals: number): void {
    this.#publish(roomId, { kind: 'removal', removals })
  }

  typing(roomId: string, typing: { readonly userId: string; readonly isTyping: boolean }): void {
    this.#publish(roomId, { kind: 'typing', ...typing })
  }

  membersChanged(
    roomId: string,
    membersVersion: number,
    change: {
      readonly joined?: readonly string[]
      readonly visibleAfter?: number
      readonly left?: readonly string[]
    },
  ): void {
    const { joined = [], left = [], visibleAfter = 0 } = change
    const members = { joined: [...joined], left: [...left], visibleAfter }
    this.#publish(roomId, { kind: 'members', membersVersion, ...members })
  }

  #publish(roomId: string, hint: z.input<typeof roomHint>): void {
    publishHint(this.#deps, roomTopic(roomId), hint)
    if (hint.kind === 'typing' || hint.kind === 'receipt') return
    publishHint(this.#deps, inboxRoomsTopic, { roomId, hint })
  }
}

function toHint(message: MessageRow): z.input<typeof messageHint>['message'] {
  const { sentAt, editedAt, redactedAt, pinnedAt } = message
  return {
    ...message,
    sentAt: sentAt.toISOString(),
    editedAt: editedAt?.toISOString() ?? null,
    redactedAt: redactedAt?.toISOString() ?? null,
    pinnedAt: pinnedAt?.toISOString() ?? null,
  }
}
