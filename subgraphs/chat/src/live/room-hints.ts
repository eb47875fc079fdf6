import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import { z } from 'zod'
import type { MessageRow } from '../messages/message.entity.ts'

/**
 * Terminology
 * - Hint: what is published, after the commit, about a change of a room. It carries the change itself, so that whoever
 *   gets it in order needs no database; it may come late, twice or never, and then the database is read.
 * - Members' version: which member set was in force when the change was made. A message of a newer one is not delivered
 *   before the feed knows that member set.
 */

const messageHint = z.object({
  kind: z.literal('message'),
  membersVersion: z.int(),
  message: z.object({
    id: z.guid(),
    roomId: z.guid(),
    sequence: z.int(),
    authorId: z.guid(),
    clientMessageId: z.string(),
    body: z.string(),
    sentAt: z.iso.datetime().transform((text) => new Date(text)),
  }),
})

const membersHint = z.object({
  kind: z.literal('members'),
  membersVersion: z.int(),
  joined: z.array(z.guid()),
  left: z.array(z.guid()),
})

const roomHint = z.discriminatedUnion('kind', [messageHint, membersHint])

export type MessageHint = z.output<typeof messageHint>
export type MembersHint = z.output<typeof membersHint>
export type RoomHint = MessageHint | MembersHint

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
    const { id, roomId, sequence, authorId, clientMessageId, body, sentAt } = message
    this.#publish(roomId, {
      kind: 'message',
      membersVersion,
      message: {
        id,
        roomId,
        sequence,
        authorId,
        clientMessageId,
        body,
        sentAt: sentAt.toISOString(),
      },
    })
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
