import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { messageReported } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type MessageNotFound, messageNotFound } from '../messages/message-problems.ts'
import type { RoomLimits } from '../rooms/room-limits.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { parseNote } from './moderation-input.ts'
import type { ReportReason } from './report.repository.ts'

export interface ReportServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly limits: RoomLimits
  readonly newId: () => string
  readonly now: () => Date
}

export interface ReportMessage {
  readonly messageId: string
  readonly reason: Exclude<ReportReason, 'word_filter'>
  readonly note?: string | null | undefined
}

const ownMessage = invalidInput('messageId', 'One’s own messages can be withdrawn, not reported.')

/** Takes reports of messages. */
export class ReportService {
  readonly #deps: ReportServiceDeps

  constructor(deps: ReportServiceDeps) {
    this.#deps = deps
  }

  /** A person reports a message once: doing it twice does nothing more. What it says now is kept as evidence. */
  async report(
    viewer: Viewer,
    input: ReportMessage,
  ): Promise<{ readonly messageId: string } | MessageNotFound | InvalidInput> {
    const { database, hints, limits, now, newId } = this.#deps
    const messageId = input.messageId.toLowerCase()
    if (!isUuid(messageId)) return messageNotFound
    const note = parseNote(input.note, { field: 'note', longest: 1_000 })
    if (note !== null && typeof note === 'object') return note
    const { userId: reporterId } = viewer
    await limits.spend('chat.reports', reporterId)
    const outcome = await database.transaction(async (store) => {
      const [message] = await store.messages.visibleByIds(reporterId, [messageId])
      if (!message || message.redactedAt) return messageNotFound
      const { roomId, authorId, body: evidence } = message
      if (authorId === reporterId) return ownMessage
      const { reason } = input
      const report = {
        id: newId(),
        roomId,
        messageId,
        authorId,
        reporterId,
        reason,
        note,
        evidence,
      }
      if (!(await store.reports.add({ ...report, reportedAt: now() }))) return { roomId: null }
      const { version } = await store.rooms.touch(roomId)
      await store.outbox.add(messageReported, {
        aggregateId: roomId,
        aggregateVersion: version,
        payload: { roomId, messageId, reportId: report.id, authorId, reporterId, reason },
      })
      return { roomId }
    })
    if ('__typename' in outcome) return outcome
    if (outcome.roomId) hints.roomChanged(outcome.roomId)
    return { messageId }
  }
}
