import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { roomRenamed } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { VisibleRoomRow } from './room.repository.ts'
import { permissionFault } from './room-permissions.ts'
import { invalidName, nameless } from './room-plan.ts'
import { type PermissionRequired, type RoomNotFound, roomNotFound } from './room-problems.ts'

export interface RenameServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
}

export interface RenameRoom {
  readonly roomId: string
  readonly name?: string | null | undefined
}

type RenameProblem = RoomNotFound | PermissionRequired | InvalidInput

export class RenameService {
  readonly #deps: RenameServiceDeps

  constructor(deps: RenameServiceDeps) {
    this.#deps = deps
  }

  /** Giving a room the name that it has changes nothing. */
  async rename(viewer: Viewer, input: RenameRoom): Promise<VisibleRoomRow | RenameProblem> {
    const { database, hints } = this.#deps
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const name = input.name == null ? null : parseDisplayName(input.name)
    if (name === undefined) return invalidName
    const outcome = await database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, viewer.userId)
      if (!room) return roomNotFound
      const fault = permissionFault(room.viewerRole, 'RENAME_ROOM')
      if (fault) return fault
      if (room.name === name) return room
      if (room.kind === 'channel' && name === null) return nameless
      const renamed = await store.rooms.configure({ ...room, name })
      await store.outbox.add(roomRenamed, {
        aggregateId: roomId,
        aggregateVersion: renamed.version,
        payload: { roomId, name, renamedBy: viewer.userId },
      })
      return { ...room, ...renamed }
    })
    if (!('__typename' in outcome)) hints.roomChanged(roomId)
    return outcome
  }
}
