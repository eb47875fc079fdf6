import { membersJoined } from '@gravity/shared/events/contracts/chat'
import type { ChatStore } from '../store.ts'
import { visibleToNewcomers } from './history.ts'
import type { MembershipRole } from './membership.entity.ts'
import type { RoomRow } from './room.entity.ts'
import { maximumMembers } from './room-people.ts'
import {
  type RoomArchived,
  roomArchived,
  type TooManyMembers,
  tooManyMembers,
} from './room-problems.ts'

/** Who comes into a room, as what, and who has brought them; they themselves when they have come of their own accord. */
export interface Newcomers {
  readonly userIds: readonly string[]
  readonly role: MembershipRole
  readonly broughtBy: string
  readonly at: Date
}

/** A room with new members, for the hint of it. */
export interface Joined {
  readonly room: RoomRow
  readonly joined: readonly string[]
  readonly visibleAfter: number
}

/** Why nobody comes in, or not so many; undefined when they do. */
export function capacityFault(
  room: RoomRow,
  newcomers: number,
): RoomArchived | TooManyMembers | undefined {
  if (room.archivedAt) return roomArchived
  return room.memberCount + newcomers > maximumMembers ? tooManyMembers(maximumMembers) : undefined
}

/** Makes people members who are not. The one way into a room; within its lock, and after its bans were looked at. */
export async function admit(
  store: ChatStore,
  room: RoomRow,
  { userIds, role, broughtBy, at }: Newcomers,
): Promise<Joined> {
  const visibleAfter = visibleToNewcomers(room)
  await store.memberships.join(room.id, userIds, { role, joinedAt: at, visibleAfter })
  await store.readMarkers.begin(room.id, userIds)
  await store.invitations.settleOfMembers(room.id, userIds, at)
  const changed = await store.rooms.countMembers(room.id, userIds.length)
  await store.outbox.add(membersJoined, {
    aggregateId: room.id,
    aggregateVersion: changed.version,
    payload: { roomId: room.id, userIds: [...userIds], addedBy: broughtBy },
  })
  return { room: changed, joined: userIds, visibleAfter }
}
