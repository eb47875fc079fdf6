import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { memberPage, messagePage, pinPage, receiptPage, roomPage } from './chat-pages.ts'
import type { ChatContext } from './context.ts'
import type { Resolvers } from './generated/resolver-types.ts'
import { inboxResolvers, inboxSubscriptions } from './inbox/inbox.resolvers.ts'
import {
  invitationFields,
  invitationMutations,
  invitationQueries,
  invitationResolvers,
} from './invitations/invitation.resolvers.ts'
import { liveResolvers, liveSubscriptions } from './live/live.resolvers.ts'
import { messageMutations, messageResolvers } from './messages/message.resolvers.ts'
import {
  moderationFields,
  moderationMutations,
  moderationQueries,
  moderationResolvers,
} from './moderation/moderation.resolvers.ts'
import {
  personalMutations,
  personalQueries,
  personalResolvers,
} from './people/personal.resolvers.ts'
import { usualSettings } from './people/settings.repository.ts'
import { userReference } from './people/user-reference.ts'
import {
  presenceMutations,
  presenceResolvers,
  presenceSubscriptions,
} from './presence/presence.resolvers.ts'
import type { VisibleRoomRow } from './rooms/room.repository.ts'
import {
  asRoom,
  channelResolvers,
  roomFields,
  roomMutations,
  roomQueries,
  rosterResolvers,
} from './rooms/room.resolvers.ts'
import { permissionsOf } from './rooms/room-permissions.ts'
import { type RoomReference, roomRow } from './rooms/room-reference.ts'
import { searchMessages } from './search/message-search.service.ts'

/** A field that is a column of the room's row. */
function roomField<Key extends keyof VisibleRoomRow>(key: Key) {
  return (room: RoomReference, _args: object, { loaders }: ChatContext) => {
    const row = roomRow(room, loaders)
    return row instanceof Promise ? row.then((read) => read[key]) : row[key]
  }
}

const roleNames = { owner: 'OWNER', moderator: 'MODERATOR', member: 'MEMBER' } as const
const rolesByName = { OWNER: 'owner', MODERATOR: 'moderator', MEMBER: 'member' } as const

export const resolvers: Resolvers = {
  Query: {
    room: (_parent, { id }, { loaders }) => loaders.room(id),
    unread: (_parent, _args, { viewer, reads }) =>
      reads.readMarkers.totals(requireViewer(viewer).userId),
    message: (_parent, { id }, { loaders }) => loaders.message(id),
    searchMessages: (_parent, args, { viewer, reads }) =>
      searchMessages(reads.search, requireViewer(viewer), args),
    ...personalQueries,
    ...roomQueries,
    ...invitationQueries,
    ...moderationQueries,
    rooms: (_parent, args, { viewer, reads }) => roomPage(reads.rooms, requireViewer(viewer), args),
  },
  Mutation: {
    ...roomMutations,
    ...invitationMutations,
    ...moderationMutations,
    async leaveRoom(_parent, { input }, { viewer, rooms }) {
      const result = await rooms.leave(requireViewer(viewer), input.roomId)
      return '__typename' in result ? result : { __typename: 'RoomLeft', ...result }
    },
    async changeMemberRole(_parent, { input }, { viewer, roles }) {
      const role = rolesByName[input.role]
      return asRoom(await roles.change(requireViewer(viewer), { ...input, role }))
    },
    async renameRoom(_parent, { input }, { viewer, renaming }) {
      return asRoom(await renaming.rename(requireViewer(viewer), input))
    },
    async markRoomRead(_parent, { input }, { viewer, receipts, presence }) {
      presence.note(requireViewer(viewer))
      return asRoom(await receipts.markRead(requireViewer(viewer), input))
    },
    async saveDraft(_parent, { input }, { viewer, drafts }) {
      return asRoom(await drafts.save(requireViewer(viewer), input))
    },
    async setTyping(_parent, { input }, { viewer, typing, presence }) {
      presence.note(requireViewer(viewer))
      const result = await typing.set(requireViewer(viewer), input)
      return '__typename' in result ? result : { __typename: 'TypingNoted', ...result }
    },
    ...messageMutations,
    ...personalMutations,
    ...presenceMutations,
  },
  Subscription: { ...liveSubscriptions, ...inboxSubscriptions, ...presenceSubscriptions },
  ...liveResolvers,
  ...inboxResolvers,
  ...presenceResolvers,
  ...personalResolvers,
  UnreadTotals: {
    roomCount: ({ rooms }) => rooms,
    messageCount: ({ messages }) => messages,
    mentionCount: ({ mentions }) => mentions,
  },
  Room: {
    async viewerLastRead({ id }, _args, { loaders }) {
      return (await loaders.unread(id))?.lastRead ?? 0
    },
    async unreadCount({ id }, _args, { loaders }) {
      return (await loaders.unread(id))?.messages ?? 0
    },
    async unreadMentionCount({ id }, _args, { loaders }) {
      return (await loaders.unread(id))?.mentions ?? 0
    },
    async viewerNotifications({ id }, _args, { viewer, loaders }) {
      const wish = await loaders.roomWish(id)
      const settings = wish?.level ? null : await loaders.settings(requireViewer(viewer).userId)
      return {
        level: wish?.level ?? settings?.notificationLevel ?? usualSettings.notificationLevel,
        isUsual: wish?.level == null,
        mutedUntil: wish?.mutedUntil ?? null,
      }
    },
    viewerDraft: ({ id }, _args, { loaders }) => loaders.draft(id),
    async receipts(room, args, { loaders }) {
      const { id } = await roomRow(room, loaders)
      return receiptPage(loaders, id, args)
    },
    __resolveReference: ({ id }, { loaders }) => loaders.room(id),
    name: roomField('name'),
    ...roomFields,
    ...invitationFields,
    ...moderationFields,
    createdAt: roomField('createdAt'),
    memberCount: roomField('memberCount'),
    latestSequence: roomField('latestSequence'),
    lastMessageAt: roomField('lastMessageAt'),
    async createdBy(room, _args, { loaders }) {
      return userReference((await roomRow(room, loaders)).createdBy)
    },
    async viewerRole(room, _args, { loaders }) {
      return roleNames[(await roomRow(room, loaders)).viewerRole]
    },
    async viewerPermissions(room, _args, { loaders }) {
      return permissionsOf((await roomRow(room, loaders)).viewerRole)
    },
    latestChange: roomField('latestChange'),
    async pinnedMessages(room, args, { loaders }) {
      const { id } = await roomRow(room, loaders)
      return pinPage(loaders, id, args)
    },
    async lastMessage(room, _args, { loaders }) {
      const { id, latestSequence } = await roomRow(room, loaders)
      if (latestSequence === 0) return null
      return loaders.messageAt({ roomId: id, sequence: latestSequence })
    },
    async members(room, args, { loaders }) {
      const { id } = await roomRow(room, loaders)
      return memberPage(loaders, id, args)
    },
    async messages(room, args, { loaders }) {
      const { id } = await roomRow(room, loaders)
      return messagePage(loaders, id, args)
    },
  },
  ...messageResolvers,
  ...channelResolvers,
  ...rosterResolvers,
  ...invitationResolvers,
  ...moderationResolvers,
}
