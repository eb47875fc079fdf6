import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'

export interface ReceiptServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly now: () => Date
}

export interface MarkRoomRead {
  readonly roomId: string
  readonly sequence: number
  readonly private?: boolean | undefined
}

export class ReceiptService {
  readonly #deps: ReceiptServiceDeps

  constructor(deps: ReceiptServiceDeps) {
    this.#deps = deps
  }

  /** A marker that is further already stays where it is. Others hear of it unless the mark is private. */
  async markRead(
    viewer: Viewer,
    input: MarkRoomRead,
  ): Promise<{ readonly id: string } | RoomNotFound | InvalidInput> {
    const { database, hints, now } = this.#deps
    const { sequence, private: isPrivate = false } = input
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    if (sequence < 0) return invalidInput('sequence', 'A message’s sequence is 1 or more.')
    const mark = { roomId, userId: viewer.userId, sequence, isPrivate, at: now() }
    const receipt = await database.transaction((store) => store.readMarkers.raise(mark))
    if (!receipt) return roomNotFound
    if (!isPrivate && receipt.sequence > 0) hints.read(receipt)
    return { id: roomId }
  }
}
