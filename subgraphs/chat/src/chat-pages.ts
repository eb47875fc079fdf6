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
import type { ReceiptRow } from './receipts/read-marker.repository.ts'
import type { RoomReads, VisibleRoomRow } from './rooms/room.repository.ts'

const moment = z.iso.datetime()

const activityCursor = defineCursor('chat-rooms-by-activity', z.tuple([moment, z.guid()]))
const memberCursor = defineCursor('chat-members-by-joining', z.tuple([moment, z.guid()]))
const pinCursor = defineCursor('chat-pins-by-time', z.tuple([moment, z.guid()]))
const receiptCursor = defineCursor('chat-receipts-by-sequence', z.tuple([z.int32(), z.guid()]))
const replyCursor = defineCursor('chat-replies-by-sequence', z.tuple([z.int32()]))
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

/** The pinned messages of a room, the one pinned last first. */
export async function pinPage(
  loaders: ChatLoaders,
  roomId: string,
  args: PageArguments,
): Promise<Connection<MessageRow>> {
  const page = readPage(args, { cursor: pinCursor })
  const rows = await loaders.pinsOf(roomId, page)
  return toConnection(rows, page, ({ pinnedAt, sentAt, id }) => [
    (pinnedAt ?? sentAt).toISOString(),
    id,
  ])
}

/** The replies to a message, in order. */
export async function replyPage(
  loaders: ChatLoaders,
  messageId: string,
  args: PageArguments,
): Promise<Connection<MessageRow>> {
  const page = readPage(args, { cursor: replyCursor })
  const rows = await loaders.repliesTo(messageId, page)
  return toConnection(rows, page, ({ sequence }) => [sequence])
}

/** How far the members of a room have read, whoever has read furthest first. */
export async function receiptPage(
  loaders: ChatLoaders,
  roomId: string,
  args: PageArguments,
): Promise<Connection<ReceiptRow>> {
  const page = readPage(args, { cursor: receiptCursor })
  const rows = await loaders.receiptsOf(roomId, page)
  return toConnection(rows, page, ({ sequence, userId }) => [sequence, userId])
}
