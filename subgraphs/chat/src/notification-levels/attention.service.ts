import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { RoomWishRow } from './attention.ts'

export interface AttentionServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly inboxHints: InboxHints
  readonly now: () => Date
}

/** Sets what people want to be told of a room. */
export class AttentionService {
  readonly #deps: AttentionServiceDeps

  constructor(deps: AttentionServiceDeps) {
    this.#deps = deps
  }

  /** It takes the place of what they wanted before. */
  async wish(
    { userId }: Viewer,
    input: RoomWishRow,
  ): Promise<{ readonly id: string } | RoomNotFound | InvalidInput> {
    const { database, inboxHints, now } = this.#deps
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    if (input.mutedUntil && input.mutedUntil <= now()) {
      return invalidInput('mutedUntil', 'A room is muted until a moment in the future.')
    }
    const wish = { ...input, roomId }
    const isMember = await database.transaction((store) => store.attention.wish(userId, wish))
    if (!isMember) return roomNotFound
    inboxHints.roomWishesChanged(userId, roomId)
    return { id: roomId }
  }
}
