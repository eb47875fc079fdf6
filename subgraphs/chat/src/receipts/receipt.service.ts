import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import type { RoomHints } from '../live/room-hints.ts'
import { type RoomNotFound, roomNotFound } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'

export interface ReceiptServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly inboxHints: InboxHints
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

  /**
   * A marker that is further already stays where it is. Others hear of it unless the mark is private, or the viewer wants
   * all of theirs to be.
   */
  async markRead(
    viewer: Viewer,
    input: MarkRoomRead,
  ): Promise<{ readonly id: string } | RoomNotFound | InvalidInput> {
    const { database, hints, inboxHints, now } = this.#deps
    const { sequence } = input
    const { userId } = viewer
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    if (sequence < 0) return invalidInput('sequence', 'A message’s sequence is 1 or more.')
    const outcome = await database.transaction(async (store) => {
      const [settings] = await store.settings.ofPeople([userId])
      const isPrivate = input.private === true || settings?.receiptsArePrivate === true
      const mark = { roomId, userId, sequence, isPrivate, at: now() }
      return { receipt: await store.readMarkers.raise(mark), isPrivate }
    })
    const { receipt, isPrivate } = outcome
    if (!receipt) return roomNotFound
    inboxHints.read(userId, roomId)
    if (!isPrivate && receipt.sequence > 0) hints.read(receipt)
    return { id: roomId }
  }
}
