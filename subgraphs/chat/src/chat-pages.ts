import {
  type Connection,
  type PageArguments,
  readPage,
  toConnection,
} from '@gravity/shared/pagination/connection'
import { defineCursor } from '@gravity/shared/pagination/cursor'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'
import type { ChatLoaders } from './chat-loaders.ts'
import type { MessageRow } from './messages/message.entity.ts'
import type { RoomReads, VisibleRoomRow } from './rooms/room.repository.ts'

const moment = z.iso.datetime()

const activityCursor = defineCursor('chat-rooms-by-activity', z.tuple([moment, z.guid()]))
const memberCursor = defineCursor('chat-members-by-joining', z.tuple([moment, z.guid()]))
const messageCursor = defineCursor('chat-messages-by-sequence', z.tuple([z.int32()]))

/** The viewer's rooms, the one with the latest activity first. */
export async function roomPage(
  rooms: Pick<RoomReads, 'pageOfViewer'>,
  viewer: Viewer,
  args: PageArguments,
): Promise<Connection<VisibleRoomRow>> {
  const page = readPage(args, { cursor: activityCursor })
  const rows = await rooms.pageOfViewer(viewer.userId, page)
  return toConnection(rows, page, ({ lastMessageAt, createdAt, id }) => [
    (lastMessageAt ?? createdAt).toISOString(),
    id,
  ])
}

/** The members of a room, in the order in which they joined. */
export async function memberPage(
  loaders: ChatLoaders,
  roomId: string,
  args: PageArguments,
): Promise<Connection<{ readonly id: string }>> {
  const page = readPage(args, { cursor: memberCursor })
  const rows = await loaders.membersOf(roomId, page)
  const people = rows.map(({ userId, joinedAt }) => ({ id: userId, joinedAt }))
  return toConnection(people, page, ({ joinedAt, id }) => [joinedAt.toISOString(), id])
}

/** The messages of a room, from the end backwards. */
export async function messagePage(
  loaders: ChatLoaders,
  roomId: string,
  args: { readonly last?: number | null; readonly before?: string | null },
): Promise<Connection<MessageRow>> {
  const page = readPage({ ...args, last: args.last ?? 50 }, { cursor: messageCursor })
  const rows = await loaders.messagesOf(roomId, page)
  return toConnection(rows, page, ({ sequence }) => [sequence])
}
