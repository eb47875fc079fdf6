import type { MessageRow } from '../messages/message.entity.ts'
import { Attention, type AttentionRow, isMentioned } from '../notification-levels/attention.ts'
import type { InboxMessageEvent, InboxSignalEvent } from './inbox-event.ts'
import type { InboxAudience, InboxRoom } from './inbox-room.ts'

/** What an open inbox of a person is told. */
export interface InboxListener {
  sent(event: InboxMessageEvent): void
  /** `concerns` tells whether it is news for the person, or only not to be kept as it was. */
  changed(message: MessageRow, concerns: boolean): void
  signal(event: InboxSignalEvent): void
  invitations(): void
  /** The process stops. */
  stop(): void
}

export interface InboxPersonOptions {
  readonly userId: string
  readonly now: () => Date
}

/** Somebody who has inboxes open in this process: their rooms, and what they want to be told. */
export class InboxPerson implements InboxAudience {
  readonly userId: string
  readonly rooms = new Map<string, InboxRoom>()
  readonly listeners = new Set<InboxListener>()
  readonly #now: () => Date
  #attention: Attention

  constructor({ userId, now }: InboxPersonOptions) {
    this.userId = userId
    this.#now = now
    this.#attention = new Attention({ userId, level: 'all', ignoredIds: [], rooms: [] })
  }

  attend(row: AttentionRow): void {
    this.#attention = new Attention(row)
  }

  ignores(userId: string): boolean {
    return this.#attention.ignores(userId)
  }

  /** What a message is to this person. */
  eventOf(message: MessageRow): InboxMessageEvent {
    return {
      __typename: 'InboxMessage',
      roomId: message.roomId,
      message,
      mentionsViewer: isMentioned(message, this.userId) && !this.ignores(message.authorId),
      isNotification: this.#attention.wants(message, this.#now()),
    }
  }

  concerns(message: MessageRow): boolean {
    return message.authorId === this.userId || message.mentionIds.includes(this.userId)
  }

  sent(message: MessageRow): void {
    const event = this.eventOf(message)
    for (const listener of this.listeners) listener.sent(event)
  }

  changed(message: MessageRow): void {
    const concerns = this.concerns(message)
    for (const listener of this.listeners) listener.changed(message, concerns)
  }

  renewed(roomId: string): void {
    this.#signal({ __typename: 'InboxRoomChanged', roomId })
  }

  added(room: InboxRoom): void {
    room.add(this.userId)
    if (this.rooms.has(room.roomId)) return
    this.rooms.set(room.roomId, room)
    this.#signal({ __typename: 'InboxRoomAdded', roomId: room.roomId })
  }

  removed(roomId: string): void {
    if (this.rooms.delete(roomId)) this.#signal({ __typename: 'InboxRoomRemoved', roomId })
  }

  read(roomId: string): void {
    this.#signal({ __typename: 'InboxRoomRead', roomId })
  }

  invited(): void {
    for (const listener of this.listeners) listener.invitations()
  }

  #signal(event: InboxSignalEvent): void {
    for (const listener of this.listeners) listener.signal(event)
  }
}
