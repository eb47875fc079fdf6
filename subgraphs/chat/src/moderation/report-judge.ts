import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { reportSettled as reportSettledEvent } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import type { MessageRow } from '../messages/message.entity.ts'
import { withdraw } from '../messages/withdraw.ts'
import type { PermissionRequired } from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { lockForModerator, type ModeratedRoom } from './moderated-room.ts'
import type { ModerationProblem, ModerationService } from './moderation.service.ts'
import { parseNote } from './moderation-input.ts'
import {
  type ReportNotFound,
  type ReportSettled,
  reportNotFound,
  reportSettled,
} from './moderation-problems.ts'
import { withdrawalEntry } from './moderation-records.ts'
import type { ReportRow } from './report.repository.ts'

export interface ReportJudgeDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly moderation: ModerationService
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
}

/** What becomes of the author of a reported message; the message itself is withdrawn in any case but `nothing`. */
export type ReportAction = 'nothing' | 'withdraw' | 'mute' | 'remove' | 'ban'

export interface Dismissal {
  readonly reportId: string
  readonly note?: string | null | undefined
}

export interface Resolution extends Dismissal {
  readonly action: ReportAction
  readonly expiresAt?: Date | null | undefined
}

interface Judgement {
  readonly report: ReportRow
  readonly status: 'resolved' | 'dismissed'
  readonly action: ReportAction
  readonly reason: string | null
  readonly expiresAt: Date | null
}

type DismissalProblem = ReportNotFound | ReportSettled | PermissionRequired | InvalidInput

type ResolutionProblem =
  | DismissalProblem
  | Exclude<ModerationProblem, { readonly __typename: 'RoomNotFound' }>

const noteRule = { field: 'note', longest: 500 }

interface Judged {
  readonly report: ReportRow
  readonly withdrawn: MessageRow | undefined
  readonly membersVersion: number
}

/** Settles what was reported: one judgement for all open reports of a message. */
export class ReportJudge {
  readonly #deps: ReportJudgeDeps

  constructor(deps: ReportJudgeDeps) {
    this.#deps = deps
  }

  /**
   * The author is dealt with first: when that fails the report stays open, and when the process dies in between the
   * judgement is repeated, which bans and mutes nobody twice. Settling alike twice does nothing more.
   */
  async resolve(viewer: Viewer, input: Resolution): Promise<ReportRow | ResolutionProblem> {
    const { action, expiresAt = null } = input
    const reason = parseNote(input.note, noteRule)
    if (reason !== null && typeof reason === 'object') return reason
    const report = await this.#find(viewer, input.reportId, 'resolved')
    if ('__typename' in report || report.status !== 'open') return report
    const judgement = { report, status: 'resolved', action, reason, expiresAt } as const
    return (await this.#sanction(viewer, judgement)) ?? this.#close(viewer, judgement)
  }

  async dismiss(viewer: Viewer, input: Dismissal): Promise<ReportRow | DismissalProblem> {
    const reason = parseNote(input.note, noteRule)
    if (reason !== null && typeof reason === 'object') return reason
    const report = await this.#find(viewer, input.reportId, 'dismissed')
    if ('__typename' in report || report.status !== 'open') return report
    const nothing = { action: 'nothing', expiresAt: null } as const
    return this.#close(viewer, { report, status: 'dismissed', reason, ...nothing })
  }

  async #find(
    viewer: Viewer,
    givenId: string,
    wanted: Judgement['status'],
  ): Promise<ReportRow | ReportNotFound | ReportSettled | PermissionRequired> {
    const reportId = givenId.toLowerCase()
    if (!isUuid(reportId)) return reportNotFound
    return this.#deps.database.transaction(async (store) => {
      const seen = await store.reports.byId(reportId)
      if (!seen) return reportNotFound
      const room = await this.#lock(store, viewer, seen)
      if ('__typename' in room) return room
      const report = (await store.reports.byId(reportId)) ?? seen
      return report.status === 'open' || report.status === wanted ? report : reportSettled
    })
  }

  async #lock(
    store: ChatStore,
    viewer: Viewer,
    { roomId }: ReportRow,
  ): Promise<ModeratedRoom | ReportNotFound | PermissionRequired> {
    const moderated = await lockForModerator(store, viewer, {
      roomId,
      permission: 'REVIEW_REPORTS',
    })
    if (!('__typename' in moderated)) return moderated
    return moderated.__typename === 'RoomNotFound' ? reportNotFound : moderated
  }

  /** What cannot be done to somebody who has gone is not missing. */
  async #sanction(
    viewer: Viewer,
    { report, action, reason, expiresAt }: Judgement,
  ): Promise<ResolutionProblem | undefined> {
    if (action === 'nothing' || action === 'withdraw') return undefined
    const { roomId, authorId: userId } = report
    const until = action === 'remove' ? null : expiresAt
    const person = { roomId, userId, reason, expiresAt: until }
    const outcome = await this.#deps.moderation[action](viewer, person)
    if (!('__typename' in outcome)) return undefined
    if (outcome.__typename === 'MemberNotFound' || outcome.__typename === 'UnknownPeople') {
      return undefined
    }
    return outcome.__typename === 'RoomNotFound' ? reportNotFound : outcome
  }

  async #close(viewer: Viewer, judgement: Judgement): Promise<ReportRow | DismissalProblem> {
    const { database, hints } = this.#deps
    const judged = await database.transaction((store) => this.#judge(store, viewer, judgement))
    if ('__typename' in judged) return judged
    const { report, withdrawn, membersVersion } = judged
    if (withdrawn) hints.messageChanged(withdrawn, membersVersion)
    hints.roomChanged(report.roomId)
    return report
  }

  async #judge(
    store: ChatStore,
    viewer: Viewer,
    { report: found, status, action, reason }: Judgement,
  ): Promise<Judged | DismissalProblem> {
    const { now, newId } = this.#deps
    const at = now()
    const by = viewer.userId
    const { roomId, messageId } = found
    const moderated = await this.#lock(store, viewer, found)
    if ('__typename' in moderated) return moderated
    const { membersVersion } = moderated.room
    const settled = await store.reports.settle({ messageId, status, by, at })
    const report = (await store.reports.byId(found.id)) ?? found
    if (report.status !== status) return reportSettled
    if (settled === 0) return { report, withdrawn: undefined, membersVersion }
    const isWithdrawn = action !== 'nothing'
    const withdrawn = isWithdrawn ? await this.#withdraw(store, found, { by, at }) : undefined
    await store.moderationLog.add({
      id: newId(),
      roomId,
      actorId: by,
      action: status === 'resolved' ? 'report_resolved' : 'report_dismissed',
      personId: found.authorId,
      messageId,
      reason,
      expiresAt: null,
      doneAt: at,
    })
    const { version } = await store.rooms.touch(roomId)
    await store.outbox.add(reportSettledEvent, {
      aggregateId: roomId,
      aggregateVersion: version,
      payload: { roomId, messageId, reportId: found.id, status, settledBy: by },
    })
    return { report, withdrawn, membersVersion }
  }

  /** Undefined when the message is gone, or withdrawn, already. */
  async #withdraw(
    store: ChatStore,
    { roomId, messageId }: ReportRow,
    { by, at }: { readonly by: string; readonly at: Date },
  ): Promise<MessageRow | undefined> {
    const message = await store.messages.inRoom(roomId, messageId)
    if (!message || message.redactedAt) return undefined
    const { version } = await store.rooms.touch(roomId)
    const patch = await withdraw(store, message, { by, at, version: version + 1 })
    const entry = { id: this.#deps.newId(), userId: by, redactedAt: at }
    await store.moderationLog.add(withdrawalEntry(message, entry))
    return store.messages.change(message, patch)
  }
}
