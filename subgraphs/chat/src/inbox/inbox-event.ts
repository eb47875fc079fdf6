import type { MessageRow } from '../messages/message.entity.ts'

/** How far a reader, or a process, has come in one room. */
export interface InboxPlace {
  readonly sequence: number
  readonly change: number
}

interface InRoom {
  readonly roomId: string
}

export type InboxMessageEvent = InRoom & {
  readonly __typename: 'InboxMessage'
  readonly message: MessageRow
  readonly mentionsViewer: boolean
  readonly isNotification: boolean
}

export type InboxChangeEvent = InRoom & {
  readonly __typename: 'InboxMessageChange'
  readonly message: MessageRow
  readonly mentionsViewer: boolean
}

/** What only counts while it is new: the room is to be read again, or is gone. */
export type InboxSignalEvent = InRoom & {
  readonly __typename: 'InboxRoomAdded' | 'InboxRoomRemoved' | 'InboxRoomChanged' | 'InboxRoomRead'
}

/** Somebody was asked into a room, or is asked no longer. */
export interface InboxInvitationEvent {
  readonly __typename: 'InboxInvitations'
}

export type InboxEvent =
  | InboxMessageEvent
  | InboxChangeEvent
  | InboxSignalEvent
  | InboxInvitationEvent
