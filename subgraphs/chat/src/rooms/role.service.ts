import type { Database } from '@gravity/shared/database/open-database'
import { memberRoleChanged } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { MembershipRole } from './membership.entity.ts'
import type { VisibleRoomRow } from './room.repository.ts'
import { permissionFault } from './room-permissions.ts'
import {
  type LastOwner,
  lastOwner,
  type MemberNotFound,
  memberNotFound,
  type PermissionRequired,
  type RoomNotFound,
  roomNotFound,
} from './room-problems.ts'

export interface RoleChange {
  readonly roomId: string
  readonly userId: string
  readonly role: MembershipRole
}

export interface RoleServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
}

type RoleProblem = RoomNotFound | PermissionRequired | MemberNotFound | LastOwner

/** Gives members their roles. */
export class RoleService {
  readonly #deps: RoleServiceDeps

  constructor(deps: RoleServiceDeps) {
    this.#deps = deps
  }

  /** Giving a member the role that they have changes nothing. */
  async change(viewer: Viewer, input: RoleChange): Promise<VisibleRoomRow | RoleProblem> {
    const roomId = input.roomId.toLowerCase()
    const userId = input.userId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const outcome = await this.#deps.database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, viewer.userId)
      if (!room) return roomNotFound
      const fault = permissionFault(room.viewerRole, 'CHANGE_ROLES')
      if (fault) return fault
      const before = isUuid(userId) ? await store.memberships.roleOf(roomId, userId) : undefined
      if (before === undefined) return memberNotFound
      if (before === input.role) return room
      if (before === 'owner' && (await store.memberships.countOwners(roomId)) === 1) {
        return lastOwner
      }
      await store.memberships.setRole(roomId, userId, input.role)
      const { version } = await store.rooms.touch(roomId)
      await store.outbox.add(memberRoleChanged, {
        aggregateId: roomId,
        aggregateVersion: version,
        payload: { roomId, userId, role: input.role, changedBy: viewer.userId },
      })
      const viewerRole = userId === viewer.userId ? input.role : room.viewerRole
      return { ...room, version, viewerRole }
    })
    if (!('__typename' in outcome)) this.#deps.hints.roomChanged(roomId)
    return outcome
  }
}
