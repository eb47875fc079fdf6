import type { Database } from '@gravity/shared/database/open-database'
import { messagesRemoved } from '@gravity/shared/events/contracts/chat'
import type { RoomHints } from '../live/room-hints.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { Removal } from './retention.repository.ts'

export interface RetentionServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly now: () => Date
}

const roomsAtOnce = 200
/** Threads that one transaction removes: the room waits for it. */
const threadsAtOnce = 200
const dayMs = 24 * 60 * 60 * 1_000
/** How long the text of a settled report is kept, for those who ask why. */
const evidenceDays = 30

/** Removes what rooms do not want to keep. It may die between any two batches and goes on where it was. */
export class RetentionService {
  readonly #deps: RetentionServiceDeps

  constructor(deps: RetentionServiceDeps) {
    this.#deps = deps
  }

  /** Every room, one after the other, until nothing is left to remove or the signal is aborted. */
  async removeOld(signal: AbortSignal): Promise<void> {
    const { database, now } = this.#deps
    let last: string | null = null
    for (;;) {
      const roomIds: readonly string[] = await database.reads.retention.roomsThatForget(
        last,
        roomsAtOnce,
      )
      for (const roomId of roomIds) await this.#removeFrom(roomId, signal)
      last = roomIds.at(-1) ?? null
      if (last === null || signal.aborted) break
    }
    const settledBefore = new Date(now().getTime() - evidenceDays * dayMs)
    await database.transaction((store) => store.reports.forgetEvidence(settledBefore))
  }

  async #removeFrom(roomId: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const removal = await this.#removeBatch(roomId)
      if (!removal) return
      this.#deps.hints.messagesRemoved(roomId, removal.removals)
    }
  }

  #removeBatch(roomId: string): Promise<Removal | undefined> {
    const { database, now } = this.#deps
    return database.transaction(async (store) => {
      const room = await store.rooms.lock(roomId)
      if (!room?.retentionDays) return undefined
      const sentBefore = new Date(now().getTime() - room.retentionDays * dayMs)
      const { latestSequence } = room
      const through = await store.retention.lastBefore(roomId, sentBefore, latestSequence)
      const removal = await store.retention.removeThrough(roomId, through, threadsAtOnce)
      if (!removal) return undefined
      const { count, removedThrough, version } = removal
      await store.outbox.add(messagesRemoved, {
        aggregateId: roomId,
        aggregateVersion: version,
        payload: { roomId, removedThrough, count },
      })
      return removal
    })
  }
}
