import type { NewMessageRow } from '../messages/message.repository.ts'
import type { VisibleRoomRow } from '../rooms/room.repository.ts'
import type { ChatStore } from '../store.ts'
import type { SlowMode, WordsRefused } from './moderation-problems.ts'
import {
  type AcceptedText,
  filterBody,
  paceFault,
  type WriteProblem,
  writeFault,
} from './write-rules.ts'

/** Why a room does not take a message that is well written. */
export type SendRefusal = WriteProblem | SlowMode | WordsRefused

/** What a room makes of a message before it has its place. Within the room's lock; a plain room needs no statement. */
export async function acceptMessage(
  store: ChatStore,
  room: VisibleRoomRow,
  message: NewMessageRow,
): Promise<AcceptedText | WriteProblem | WordsRefused> {
  const { authorId: userId, sentAt: at, body } = message
  const fault = await writeFault(store, room, { userId, at })
  if (fault) return fault
  return filterBody(store, room, body ?? '')
}

/** Counts a message that is about to get its place, in a room in slow mode. Repeating what has arrived takes no turn. */
export async function takeTurn(
  store: ChatStore,
  room: VisibleRoomRow,
  { authorId: userId, sentAt: at, clientMessageId }: NewMessageRow,
): Promise<SlowMode | undefined> {
  if (room.slowModeSeconds === 0) return undefined
  if (await store.messages.byClientId(room.id, userId, clientMessageId)) return undefined
  return paceFault(store, room, { userId, at })
}
