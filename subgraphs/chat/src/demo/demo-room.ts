import type { AttachmentRow } from '../attachments/attachment.ts'
import type { FilterAction } from '../moderation/word-filter.ts'
import type { RoomHistory } from '../rooms/room.entity.ts'

/** One message: who (the part of the address before the @), how many seconds after the one before, what. */
export type DemoLine = readonly [author: string, secondsLater: number, body: string]

/** What was said in one go. */
export interface DemoConversation {
  /** RFC 3339; when the first line's seconds begin to count. */
  readonly startsAt: string
  readonly lines: readonly DemoLine[]
}

/** What makes a room a channel. */
export interface DemoChannel {
  readonly topic: string
  readonly description: string
  readonly history: RoomHistory
}

/** What keeps a room civil. */
export interface DemoModeration {
  readonly moderators: readonly string[]
  readonly slowModeSeconds: number
  readonly filters: readonly (readonly [words: string, action: FilterAction])[]
  /** A message, counted from 1, that somebody has reported as spam. */
  readonly report: { readonly by: string; readonly line: number; readonly note: string }
}

/** What belongs to a message, counted from 1. */
export interface DemoFiles {
  readonly line: number
  readonly attachments: readonly AttachmentRow[]
}

export interface DemoRoom {
  /** Unique and never changed: the room's id is made from it. */
  readonly key: string
  readonly name: string | null
  readonly openedAt: string
  /** The first one opened the room and owns it. */
  readonly members: readonly string[]
  readonly conversations: readonly DemoConversation[]
  readonly files?: readonly DemoFiles[]
  /** A room without is a group. */
  readonly channel?: DemoChannel
  readonly moderation?: DemoModeration
}
