import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import { z } from 'zod'
import type { MessageRow } from '../messages/message.entity.ts'
import type { ReceiptRow } from '../receipts/read-marker.repository.ts'

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

const roomHint = z.discriminatedUnion('kind', [
  messageHint,
  changeHint,
  membersHint,
  receiptHint,
  typingHint,
  renewalHint,
])

export type MessageHint = z.output<typeof messageHint>
export type ChangeHint = z.output<typeof changeHint>
export type MembersHint = z.output<typeof membersHint>
export type TypingHint = z.output<typeof typingHint>
export type RoomHint = z.output<typeof roomHint>

export function roomTopic(roomId: string): string {
  return `chat.room.${roomId}`
}

/** Undefined for what this version does not understand: a hint may be ignored. */
export function parseRoomHint(published: unknown): RoomHint | undefined {
  return roomHint.safeParse(published).data
}

/** Tells the feeds of a room, in every process, what has been committed. Nobody waits for it and it never fails. */
export class RoomHints {
  readonly #pubsub: PubSub
  readonly #log: Logger

  constructor(deps: { readonly pubsub: PubSub; readonly log: Logger }) {
    this.#pubsub = deps.pubsub
    this.#log = deps.log
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

  typing(roomId: string, typing: { readonly userId: string; readonly isTyping: boolean }): void {
    this.#publish(roomId, { kind: 'typing', ...typing })
  }

  membersChanged(
    roomId: string,
    membersVersion: number,
    change: { readonly joined?: readonly string[]; readonly left?: readonly string[] },
  ): void {
    const { joined = [], left = [] } = change
    this.#publish(roomId, { kind: 'members', membersVersion, joined: [...joined], left: [...left] })
  }

  #publish(roomId: string, hint: z.input<typeof roomHint>): void {
    this.#pubsub.publish(roomTopic(roomId), hint).catch((err: unknown) => {
      this.#log.warn(
        { err, roomId },
        'a hint was not published; feeds find the change by themselves',
      )
    })
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
