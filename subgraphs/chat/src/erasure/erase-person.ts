import { defineConsumer } from '@gravity/shared/events/consumer'
import { personErasedByChat } from '@gravity/shared/events/contracts/chat'
import { personErasureBegun } from '@gravity/shared/events/contracts/users'
import { part } from '../rooms/parting.ts'
import type { ChatStore } from '../store.ts'

/** Erases what chat knows of a person who leaves for good; being asked again does the same again. */
export function erasePersonConsumer(now: () => Date) {
  return defineConsumer({
    name: 'erase-person',
    event: personErasureBegun,
    async consume(store: ChatStore, { aggregateVersion, payload }) {
      const userId = payload.userId.toLowerCase()
      const { deletionId } = payload
      const at = now()
      // First, so that nobody brings them into another room meanwhile.
      await store.erasure.forget(userId, at)
      await leaveRooms(store, userId, at)
      await store.erasure.removeReactions(userId)
      await store.erasure.removeOwnRows(userId)
      await store.exports.forget(userId)
      await store.outbox.add(personErasedByChat, {
        aggregateId: userId,
        aggregateVersion,
        payload: { userId, deletionId },
      })
    },
  })
}

/** Somebody else owns then what they have owned. */
async function leaveRooms(store: ChatStore, userId: string, at: Date): Promise<void> {
  for (const roomId of await store.erasure.roomsToLeave(userId)) {
    const room = await store.rooms.lockForMember(roomId, userId)
    if (!room) continue
    const wasOwner = room.viewerRole === 'owner'
    await part(store, room, { userId, wasOwner, removedBy: null, at })
  }
}
