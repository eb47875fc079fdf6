import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { messagePage } from '../chat-pages.ts'
import type { ChatContext } from '../context.ts'
import { maybeStored, shown } from '../enum-names.ts'
import type {
  MutationResolvers,
  QueryResolvers,
  Resolvers,
  RoomResolvers,
} from '../generated/resolver-types.ts'
import { isMuted, partnerIn } from '../moderation/write-rules.ts'
import { userReference } from '../people/user-reference.ts'
import type { ChannelRow } from './channel.repository.ts'
import { completeFrom } from './history.ts'
import type { RosterRow } from './membership.repository.ts'
import type { VisibleRoomRow } from './room.repository.ts'
import { defineTimedList, timedPage } from './room-pages.ts'
import { isPermitted } from './room-permissions.ts'
import { type RoomReference, roomRow } from './room-reference.ts'

const channelList = defineTimedList<ChannelRow>(
  'chat-channels-by-activity',
  ({ lastMessageAt, createdAt, id }) => [lastMessageAt ?? createdAt, id],
)

const roster = defineTimedList<RosterRow>('chat-roster-by-joining', ({ joinedAt, userId }) => [
  joinedAt,
  userId,
])

const mostSearchWords = 10

/** The result of a mutation that gives a room back. */
export function asRoom<Problem extends { readonly __typename: string }>(
  result: RoomReference | Problem,
) {
  return '__typename' in result ? result : { __typename: 'Room' as const, ...result }
}

/** A field that is made of the room's row. */
function ofRow<Value>(read: (row: VisibleRoomRow, context: ChatContext) => Value) {
  return async (room: RoomReference, _args: object, context: ChatContext) =>
    read(await roomRow(room, context.loaders), context)
}

export const roomQueries: Pick<QueryResolvers, 'channels' | 'channel'> = {
  channels(_parent, args, { viewer, reads }) {
    const { userId } = requireViewer(viewer)
    const words = (args.search ?? '').toLowerCase().split(/\s+/u).filter(Boolean)
    return timedPage(channelList, args, (page) =>
      reads.channels.page(userId, words.slice(0, mostSearchWords), page),
    )
  },
  channel: (_parent, { id }, { lists }) => lists.channel(id),
}

export const roomMutations: Pick<
  MutationResolvers,
  | 'createRoom'
  | 'addRoomMembers'
  | 'openDirectRoom'
  | 'joinRoom'
  | 'changeRoomSettings'
  | 'archiveRoom'
  | 'restoreRoom'
> = {
  async createRoom(_parent, { input }, { viewer, signal, rooms }) {
    const kind = maybeStored(input.kind)
    const plan = { ...input, kind, history: maybeStored(input.history) }
    return asRoom(await rooms.create({ viewer: requireViewer(viewer), signal }, plan))
  },
  async addRoomMembers(_parent, { input }, { viewer, signal, rooms }) {
    return asRoom(await rooms.addMembers({ viewer: requireViewer(viewer), signal }, input))
  },
  async openDirectRoom(_parent, { input }, { viewer, signal, direct }) {
    return asRoom(await direct.open({ viewer: requireViewer(viewer), signal }, input.userId))
  },
  async joinRoom(_parent, { input }, { viewer, joining }) {
    return asRoom(await joining.join(requireViewer(viewer), input.roomId))
  },
  async changeRoomSettings(_parent, { input }, { viewer, roomSettings }) {
    const history = maybeStored(input.history)
    const joinRule = maybeStored(input.joinRule)
    return asRoom(await roomSettings.change(requireViewer(viewer), { ...input, history, joinRule }))
  },
  async archiveRoom(_parent, { input: { roomId } }, { viewer, roomSettings }) {
    const archive = { roomId, isArchived: true }
    return asRoom(await roomSettings.archive(requireViewer(viewer), archive))
  },
  async restoreRoom(_parent, { input: { roomId } }, { viewer, roomSettings }) {
    const archive = { roomId, isArchived: false }
    return asRoom(await roomSettings.archive(requireViewer(viewer), archive))
  },
}

export const roomFields: Pick<
  RoomResolvers,
  | 'kind'
  | 'topic'
  | 'description'
  | 'directWith'
  | 'history'
  | 'joinRule'
  | 'archivedAt'
  | 'slowModeSeconds'
  | 'retentionDays'
  | 'completeFrom'
  | 'viewerIsMuted'
  | 'viewerMuteExpiresAt'
  | 'roster'
> = {
  kind: ofRow(({ kind }) => shown(kind)),
  topic: ofRow(({ topic }) => topic),
  description: ofRow(({ description }) => description),
  directWith: ofRow((row, { viewer }) => {
    const partner = partnerIn(row, requireViewer(viewer).userId)
    return partner === undefined ? null : userReference(partner)
  }),
  history: ofRow(({ history }) => shown(history)),
  joinRule: ofRow(({ joinRule }) => shown(joinRule)),
  archivedAt: ofRow(({ archivedAt }) => archivedAt),
  slowModeSeconds: ofRow(({ slowModeSeconds }) => slowModeSeconds),
  retentionDays: ofRow(({ retentionDays }) => retentionDays),
  completeFrom: ofRow(completeFrom),
  viewerIsMuted: ofRow((row, { now }) => isMuted(row, now())),
  async roster(room, args, { loaders }) {
    const { id, viewerRole } = await roomRow(room, loaders)
    return timedPage(roster, args, async (page) => {
      const members = await loaders.membersOf(id, page)
      return members.map((member) => ({ ...member, viewerRole }))
    })
  },
  viewerMuteExpiresAt: ofRow((row, { now }) => (isMuted(row, now()) ? row.muteExpiresAt : null)),
}

/** What is known of a member's mute, for themselves and for those who may mute. */
function muteOf(member: RosterRow, { viewer, now }: ChatContext) {
  const { roomId, userId, viewerRole, muteReason: reason, mutedAt } = member
  const isShown = userId === viewer?.userId || isPermitted(viewerRole, 'MUTE_MEMBERS')
  if (!isShown || !mutedAt || !isMuted(member, now())) return null
  return { roomId, userId, reason, mutedAt, expiresAt: member.muteExpiresAt }
}

export const rosterResolvers: Pick<Resolvers, 'RoomMember'> = {
  RoomMember: {
    user: ({ userId }) => userReference(userId),
    role: ({ role }) => shown(role),
    mute: (member, _args, context) => muteOf(member, context),
  },
}

export const channelResolvers: Pick<Resolvers, 'Channel'> = {
  Channel: {
    name: ({ name }) => name ?? '',
    history: ({ history }) => shown(history),
    joinRule: ({ joinRule }) => shown(joinRule),
    room: ({ id, viewerIsMember }, _args, { loaders }) =>
      viewerIsMember ? loaders.room(id) : null,
    messages: ({ id }, args, { loaders }) =>
      messagePage(loaders, id, { ...args, last: args.last ?? 20 }),
  },
}
