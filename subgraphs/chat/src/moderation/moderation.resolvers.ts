import { invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { shown, stored } from '../enum-names.ts'
import type {
  MutationResolvers,
  QueryResolvers,
  ReportAction as ReportActionName,
  Resolvers,
  RoomResolvers,
} from '../generated/resolver-types.ts'
import { userReference } from '../people/user-reference.ts'
import { defineTimedList, timedPage } from '../rooms/room-pages.ts'
import { isPermitted } from '../rooms/room-permissions.ts'
import { roomRow } from '../rooms/room-reference.ts'
import type { BanRow } from './ban.repository.ts'
import type { MuteRow } from './moderation.service.ts'
import type { ModerationLogRow } from './moderation-log.repository.ts'
import type { ReportRow } from './report.repository.ts'
import type { ReportAction } from './report-judge.ts'
import type { WordFilterRow } from './word-filter.repository.ts'

const banList = defineTimedList<BanRow>('chat-bans-by-time', ({ bannedAt, userId }) => [
  bannedAt,
  userId,
])
const reportList = defineTimedList<ReportRow>('chat-reports-by-time', ({ reportedAt, id }) => [
  reportedAt,
  id,
])
const log = defineTimedList<ModerationLogRow>('chat-moderation-log', ({ doneAt, id }) => [
  doneAt,
  id,
])

const actions = {
  NOTHING: 'nothing',
  WITHDRAW_MESSAGE: 'withdraw',
  MUTE_AUTHOR: 'mute',
  REMOVE_AUTHOR: 'remove',
  BAN_AUTHOR: 'ban',
} as const satisfies Record<ReportActionName, ReportAction>

const notByPeople = invalidInput('reason', 'Only a word filter reports for this reason.')

interface Named {
  readonly __typename: string
}

function asBan<Problem extends Named>(result: BanRow | Problem) {
  return '__typename' in result ? result : { __typename: 'RoomBan' as const, ...result }
}

function asMute<Problem extends Named>(result: MuteRow | Problem) {
  return '__typename' in result ? result : { __typename: 'RoomMute' as const, ...result }
}

function asFilter<Problem extends Named>(result: WordFilterRow | Problem) {
  return '__typename' in result ? result : { __typename: 'WordFilter' as const, ...result }
}

function asReport<Problem extends Named>(result: ReportRow | Problem) {
  return '__typename' in result ? result : { __typename: 'MessageReport' as const, ...result }
}

export const moderationQueries: Pick<QueryResolvers, 'moderationQueue' | 'moderationLog'> = {
  moderationQueue: (_parent, args, { reads }) =>
    timedPage(reportList, args, (page) => reads.reports.page(stored(args.status ?? 'OPEN'), page)),
  moderationLog: (_parent, args, { reads }) =>
    timedPage(log, args, async (page) => {
      const roomId = args.roomId?.toLowerCase() ?? null
      if (roomId !== null && !isUuid(roomId)) return []
      return reads.moderationLog.page(roomId, page)
    }),
}

export const moderationMutations: Pick<
  MutationResolvers,
  | 'removeMember'
  | 'banPerson'
  | 'unbanPerson'
  | 'muteMember'
  | 'unmuteMember'
  | 'setWordFilter'
  | 'removeWordFilter'
  | 'reportMessage'
  | 'resolveReport'
  | 'dismissReport'
> = {
  async removeMember(_parent, { input }, { viewer, moderation }) {
    const result = await moderation.remove(requireViewer(viewer), input)
    return '__typename' in result ? result : { __typename: 'MemberRemoved', ...result }
  },
  async banPerson(_parent, { input }, { viewer, moderation }) {
    return asBan(await moderation.ban(requireViewer(viewer), input))
  },
  async unbanPerson(_parent, { input }, { viewer, moderation }) {
    const result = await moderation.unban(requireViewer(viewer), input)
    return '__typename' in result ? result : { __typename: 'PersonUnbanned', ...result }
  },
  async muteMember(_parent, { input }, { viewer, moderation }) {
    return asMute(await moderation.mute(requireViewer(viewer), input))
  },
  async unmuteMember(_parent, { input }, { viewer, moderation }) {
    const result = await moderation.unmute(requireViewer(viewer), input)
    return '__typename' in result ? result : { __typename: 'MemberUnmuted', ...result }
  },
  async setWordFilter(_parent, { input }, { viewer, filters }) {
    const wanted = { ...input, action: stored(input.action) }
    return asFilter(await filters.set(requireViewer(viewer), wanted))
  },
  async removeWordFilter(_parent, { input }, { viewer, filters }) {
    return asFilter(await filters.remove(requireViewer(viewer), input.filterId))
  },
  async reportMessage(_parent, { input }, { viewer, reports }) {
    const reason = stored(input.reason)
    if (reason === 'word_filter') return notByPeople
    const result = await reports.report(requireViewer(viewer), { ...input, reason })
    return '__typename' in result ? result : { __typename: 'MessageReported', ...result }
  },
  async resolveReport(_parent, { input }, { viewer, judge }) {
    const resolution = { ...input, action: actions[input.action] }
    return asReport(await judge.resolve(requireViewer(viewer), resolution))
  },
  async dismissReport(_parent, { input }, { viewer, judge }) {
    return asReport(await judge.dismiss(requireViewer(viewer), input))
  },
}

export const moderationFields: Pick<
  RoomResolvers,
  'bans' | 'wordFilters' | 'reports' | 'moderationLog'
> = {
  async bans(room, args, { loaders, lists }) {
    const { id, viewerRole } = await roomRow(room, loaders)
    if (!isPermitted(viewerRole, 'BAN_PEOPLE')) return null
    return timedPage(banList, args, (page) => lists.bansOf(id, page))
  },
  async wordFilters(room, _args, { loaders, lists }) {
    const { id, viewerRole } = await roomRow(room, loaders)
    return isPermitted(viewerRole, 'FILTER_WORDS') ? [...(await lists.filtersOf(id))] : null
  },
  async reports(room, args, { loaders, lists }) {
    const { id, viewerRole } = await roomRow(room, loaders)
    if (!isPermitted(viewerRole, 'REVIEW_REPORTS')) return null
    const status = stored(args.status ?? 'OPEN')
    return timedPage(reportList, args, (page) => lists.reportsOf(id, status, page))
  },
  async moderationLog(room, args, { loaders, lists }) {
    const { id, viewerRole } = await roomRow(room, loaders)
    if (!isPermitted(viewerRole, 'REVIEW_REPORTS')) return null
    return timedPage(log, args, (page) => lists.logOf(id, page))
  },
}

const user = ({ userId }: { readonly userId: string }) => userReference(userId)

function maybeUser(id: string | null) {
  return id === null ? null : userReference(id)
}

export const moderationResolvers: Pick<
  Resolvers,
  | 'RoomBan'
  | 'RoomMute'
  | 'WordFilter'
  | 'MessageReport'
  | 'ModerationLogEntry'
  | 'MemberRemoved'
  | 'PersonUnbanned'
  | 'MemberUnmuted'
> = {
  RoomBan: { user, bannedBy: ({ bannedBy }) => userReference(bannedBy) },
  RoomMute: { user },
  MemberRemoved: { user },
  PersonUnbanned: { user },
  MemberUnmuted: { user },
  WordFilter: {
    action: ({ action }) => shown(action),
    createdBy: ({ createdBy }) => userReference(createdBy),
  },
  MessageReport: {
    room: ({ roomId }, _args, { loaders }) => loaders.room(roomId),
    message: ({ messageId }, _args, { loaders }) => loaders.message(messageId),
    author: ({ authorId }) => userReference(authorId),
    reporter: ({ reporterId }) => maybeUser(reporterId),
    reason: ({ reason }) => shown(reason),
    status: ({ status }) => shown(status),
    settledBy: ({ settledBy }) => maybeUser(settledBy),
  },
  ModerationLogEntry: {
    actor: ({ actorId }) => userReference(actorId),
    action: ({ action }) => shown(action),
    person: ({ personId }) => maybeUser(personId),
  },
}
