import { memberLeft, memberRemoved } from '@gravity/shared/events/contracts/chat'
import type { ChatStore } from '../store.ts'
import type { RoomRow } from './room.entity.ts'

/** Who goes, and who has sent them away; null when they have left of their own accord. */
export interface Parting {
  readonly userId: string
  readonly wasOwner: boolean
  readonly removedBy: string | null
  readonly at: Date
}

/** Ends a membership: the one way out of a room, within its lock. Somebody always owns it afterwards. */
export async function part(
  store: ChatStore,
  { id: roomId }: Pick<RoomRow, 'id'>,
  { userId, wasOwner, removedBy, at }: Parting,
): Promise<RoomRow> {
  await store.memberships.leave(roomId, userId, at)
  if (wasOwner) await store.memberships.ensureOwner(roomId)
  const room = await store.rooms.countMembers(roomId, -1)
  const event = { aggregateId: roomId, aggregateVersion: room.version }
  if (removedBy === null)
    await store.outbox.add(memberLeft, { ...event, payload: { roomId, userId } })
  else {
    await store.outbox.add(memberRemoved, { ...event, payload: { roomId, userId, removedBy } })
  }
  return room
}
