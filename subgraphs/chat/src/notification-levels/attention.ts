import type { MessageRow } from '../messages/message.entity.ts'

/** What somebody wants to be told of a room: everything, what mentions them, or nothing. */
export type NotificationLevel = 'all' | 'mentions' | 'nothing'

/** What a person wants of one room; null is what they want everywhere. */
export interface RoomWishRow {
  readonly roomId: string
  readonly level: NotificationLevel | null
  readonly mutedUntil: Date | null
}

/** What a person is told of one room, by their wish or by what they want everywhere. */
export interface RoomNotice {
  readonly level: NotificationLevel
  readonly isUsual: boolean
  readonly mutedUntil: Date | null
}

/** Whom a person ignores, and of what they want to be told. */
export interface AttentionRow {
  readonly userId: string
  readonly level: NotificationLevel
  readonly ignoredIds: readonly string[]
  readonly rooms: readonly RoomWishRow[]
}

/** Whether a message speaks to somebody besides its author. */
export function isMentioned(message: MessageRow, userId: string): boolean {
  if (message.authorId === userId) return false
  return message.mentionsRoom !== null || message.mentionIds.includes(userId)
}

/** What of all that is said one person wants to be told. */
export class Attention {
  readonly #userId: string
  readonly #level: NotificationLevel
  readonly #ignored: ReadonlySet<string>
  readonly #rooms: ReadonlyMap<string, RoomWishRow>

  constructor({ userId, level, ignoredIds, rooms }: AttentionRow) {
    this.#userId = userId
    this.#level = level
    this.#ignored = new Set(ignoredIds)
    this.#rooms = new Map(rooms.map((room) => [room.roomId, room]))
  }

  ignores(userId: string): boolean {
    return this.#ignored.has(userId)
  }

  /** Whether a new message is worth a notification. */
  wants(message: MessageRow, now: Date): boolean {
    const { authorId, roomId } = message
    if (authorId === this.#userId || this.#ignored.has(authorId)) return false
    const room = this.#rooms.get(roomId)
    if (room?.mutedUntil && room.mutedUntil > now) return false
    const level = room?.level ?? this.#level
    return level === 'all' || (level === 'mentions' && isMentioned(message, this.#userId))
  }
}
