import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { ChatLoaders } from '../chat-loaders.ts'
import type { VisibleRoomRow } from './room.repository.ts'
import { roomNotFound } from './room-problems.ts'

/**
 * A room in the graph: its row, or only its id where the way to it has already shown that the viewer may see it, such as
 * from a message. The row is then read when a field needs it, so that `message { room { id } }` costs nothing.
 */
export type RoomReference = VisibleRoomRow | { readonly id: string }

/** Throws NOT_FOUND when the viewer has left the room meanwhile. */
export function roomRow(
  room: RoomReference,
  loaders: ChatLoaders,
): VisibleRoomRow | Promise<VisibleRoomRow> {
  return 'version' in room ? room : readRow(room.id, loaders)
}

async function readRow(id: string, loaders: ChatLoaders): Promise<VisibleRoomRow> {
  const row = await loaders.room(id)
  if (!row) throw new GravityError('NOT_FOUND', roomNotFound.message)
  return row
}
