import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { bodyFault } from '../messages/message-input.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'

export interface DraftServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly now: () => Date
}

export interface SaveDraft {
  readonly roomId: string
  readonly body: string
}

export class DraftService {
  readonly #deps: DraftServiceDeps

  constructor(deps: DraftServiceDeps) {
    this.#deps = deps
  }

  /** The latest draft of the room takes the place of the one before; nothing but white space discards it. */
  async save(
    viewer: Viewer,
    input: SaveDraft,
  ): Promise<{ readonly id: string } | RoomNotFound | InvalidInput> {
    const { database, now } = this.#deps
    const { body } = input
    const { userId } = viewer
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const isEmpty = body.trim() === ''
    const fault = isEmpty ? undefined : bodyFault(body)
    if (fault) return fault
    const isMember = await database.transaction(async (store) => {
      if (!isEmpty) return store.drafts.save(userId, { roomId, body, savedAt: now() })
      await store.drafts.discard(userId, roomId)
      return (await store.memberships.roleOf(roomId, userId)) !== undefined
    })
    return isMember ? { id: roomId } : roomNotFound
  }
}
