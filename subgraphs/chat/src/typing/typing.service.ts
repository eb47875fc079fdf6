import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { RateLimit, RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { isMuted } from '../moderation/write-rules.ts'
import type { RoomReads } from '../rooms/room.repository.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'

export interface TypingServiceDeps {
  readonly rooms: Pick<RoomReads, 'visible'>
  readonly hints: RoomHints
  readonly rateLimits: RateLimits
  readonly now: () => Date
}

export interface SetTyping {
  readonly roomId: string
  readonly isTyping: boolean
}

/** Tells who is writing. Nothing of it is stored. */
export class TypingService {
  readonly #deps: TypingServiceDeps
  readonly #news: RateLimit
  readonly #repeats: RateLimit

  constructor(deps: TypingServiceDeps) {
    this.#deps = deps
    const { rateLimits } = deps
    this.#news = rateLimits.define({ name: 'chat.typing', points: 10, windowSeconds: 10 })
    this.#repeats = rateLimits.define({ name: 'chat.typing-repeat', points: 1, windowSeconds: 3 })
  }

  /** What is told too often is left out: it ends by itself. */
  async set(viewer: Viewer, input: SetTyping): Promise<{ roomId: string } | RoomNotFound> {
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const { userId } = viewer
    const [room] = await this.#deps.rooms.visible([{ roomId, userId }])
    if (!room) return roomNotFound
    if (room.archivedAt || isMuted(room, this.#deps.now())) return { roomId }
    if (await this.#isNews(`${roomId}:${userId}`, input.isTyping)) {
      this.#deps.hints.typing(roomId, { userId, isTyping: input.isTyping })
    }
    return { roomId }
  }

  async #isNews(key: string, isTyping: boolean): Promise<boolean> {
    if (!isTyping) await this.#repeats.reset(key)
    else if (!(await this.#repeats.consume(key)).allowed) return false
    return (await this.#news.consume(key)).allowed
  }
}
