import { requireViewer } from '@gravity/shared/viewer/require-viewer'
import { memberPage, messagePage, roomPage } from './chat-pages.ts'
import type { ChatContext } from './context.ts'
import type { Resolvers } from './generated/resolver-types.ts'
import type { MessageRow } from './messages/message.entity.ts'
import type { VisibleRoomRow } from './rooms/room.repository.ts'
import { type RoomReference, roomRow } from './rooms/room-reference.ts'

/** A field that is a column of the room's row. */
function roomField<Key extends keyof VisibleRoomRow>(key: Key) {
  return (room: RoomReference, _args: object, { loaders }: ChatContext) => {
    const row = roomRow(room, loaders)
    return row instanceof Promise ? row.then((read) => read[key]) : row[key]
  }
}

function userReference(id: string) {
  return { __typename: 'User' as const, id }
}

export const resolvers: Resolvers = {
  Query: {
    room: (_parent, { id }, { loaders }) => loaders.room(id),
    rooms: (_parent, args, { viewer, reads }) => roomPage(reads.rooms, requireViewer(viewer), args),
  },
  Mutation: {
    async createRoom(_parent, { input }, { viewer, signal, rooms }) {
      const result = await rooms.create({ viewer: requireViewer(viewer), signal }, input)
      return '__typename' in result ? result : { __typename: 'Room', ...result }
    },
    async addRoomMembers(_parent, { input }, { viewer, signal, rooms }) {
      const result = await rooms.addMembers({ viewer: requireViewer(viewer), signal }, input)
      return '__typename' in result ? result : { __typename: 'Room', ...result }
    },
    async leaveRoom(_parent, { input }, { viewer, rooms }) {
      const result = await rooms.leave(requireViewer(viewer), input.roomId)
      return '__typename' in result ? result : { __typename: 'RoomLeft', ...result }
    },
    async sendMessage(_parent, { input }, { viewer, messages }) {
      const result = await messages.send(requireViewer(viewer), input)
      return '__typename' in result ? result : { __typename: 'Message', ...result }
    },
  },
  Subscription: {
    messageAdded: {
      subscribe: (_parent, args, { viewer, live }) => live.listen(requireViewer(viewer), args),
      resolve: (message: MessageRow) => message,
    },
  },
  Room: {
    __resolveReference: ({ id }, { loaders }) => loaders.room(id),
    name: roomField('name'),
    createdAt: roomField('createdAt'),
    memberCount: roomField('memberCount'),
    latestSequence: roomField('latestSequence'),
    lastMessageAt: roomField('lastMessageAt'),
    async createdBy(room, _args, { loaders }) {
      return userReference((await roomRow(room, loaders)).createdBy)
    },
    async viewerRole(room, _args, { loaders }) {
      return (await roomRow(room, loaders)).viewerRole === 'owner' ? 'OWNER' : 'MEMBER'
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
  Message: {
    __resolveReference: ({ id }, { loaders }) => loaders.message(id),
    clientMessageId: ({ authorId, clientMessageId }, _args, { viewer }) =>
      authorId === viewer?.userId ? clientMessageId : null,
    author: ({ authorId }) => userReference(authorId),
    room: ({ roomId }) => ({ id: roomId }),
  },
}
