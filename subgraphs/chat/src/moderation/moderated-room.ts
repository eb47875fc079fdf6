import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { MembershipRole } from '../rooms/membership.entity.ts'
import type { RoomRow } from '../rooms/room.entity.ts'
import { isPermitted, type RoomPermission } from '../rooms/room-permissions.ts'
import {
  type PermissionRequired,
  permissionRequired,
  type RoomNotFound,
  roomNotFound,
} from '../rooms/room-problems.ts'
import type { ChatStore } from '../store.ts'

/** Who has it moderates every room, a member or not. */
export const moderationScope = 'chat:moderate'

const staffRank = 4
const ranks: Readonly<Record<MembershipRole, number>> = { owner: 3, moderator: 2, member: 1 }

/** A room, locked, and how high in it stands who moderates. */
export interface ModeratedRoom {
  readonly room: RoomRow
  readonly rank: number
}

export function isStaff(viewer: Viewer): boolean {
  return viewer.scopes.includes(moderationScope)
}

/** Whether somebody of that role, or without one, stands below the moderator. */
export function isBelow(rank: number, role: MembershipRole | undefined): boolean {
  return role === undefined || ranks[role] < rank
}

/** Locks a room for whoever may do this in it: by their role there, or as staff. */
export async function lockForModerator(
  store: Pick<ChatStore, 'rooms'>,
  viewer: Viewer,
  what: { readonly roomId: string; readonly permission: RoomPermission },
): Promise<ModeratedRoom | RoomNotFound | PermissionRequired> {
  const { roomId, permission } = what
  if (isStaff(viewer)) {
    const room = await store.rooms.lock(roomId)
    return room ? { room, rank: staffRank } : roomNotFound
  }
  const room = await store.rooms.lockForMember(roomId, viewer.userId)
  if (!room) return roomNotFound
  return isPermitted(room.viewerRole, permission)
    ? { room, rank: ranks[room.viewerRole] }
    : permissionRequired(permission)
}
