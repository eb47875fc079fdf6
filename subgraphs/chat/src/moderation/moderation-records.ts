import type { MessageRow } from '../messages/message.entity.ts'
import type { ModerationLogRow } from './moderation-log.repository.ts'
import type { NewReport } from './report.repository.ts'

/** The report by which a word filter shows a message to the moderators. */
export function flagged(
  { id: messageId, roomId, authorId, body: evidence }: MessageRow,
  report: { readonly id: string; readonly at: Date },
): NewReport {
  const found = { reporterId: null, reason: 'word_filter', note: null } as const
  return { id: report.id, reportedAt: report.at, messageId, roomId, authorId, evidence, ...found }
}

/** What the log says when somebody withdraws the message of another. */
export function withdrawalEntry(
  { id: messageId, roomId, authorId }: MessageRow,
  by: { readonly id: string; readonly userId: string; readonly redactedAt: Date },
): ModerationLogRow {
  return {
    id: by.id,
    roomId,
    actorId: by.userId,
    action: 'message_redacted',
    personId: authorId,
    messageId,
    reason: null,
    expiresAt: null,
    doneAt: by.redactedAt,
  }
}
