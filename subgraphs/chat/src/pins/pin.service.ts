import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { MessageRow } from '../messages/message.entity.ts'
import type { MessageChanger } from '../messages/message-changer.ts'
import {
  type LimitReached,
  limitReached,
  type MessageNotFound,
  type MessageRedacted,
  messageRedacted,
} from '../messages/message-problems.ts'
import { permissionFault } from '../rooms/room-permissions.ts'
import { type PermissionRequired, type RoomArchived, roomArchived } from '../rooms/room-problems.ts'
import { mostPins } from './pin.repository.ts'

export interface PinServiceDeps {
  readonly changer: MessageChanger
  readonly now: () => Date
}

type PinProblem = PermissionRequired | MessageRedacted | LimitReached | RoomArchived

export class PinService {
  readonly #deps: PinServiceDeps

  constructor(deps: PinServiceDeps) {
    this.#deps = deps
  }

  /** A message that is pinned already stays as it was pinned. */
  pin(viewer: Viewer, messageId: string): Promise<MessageRow | MessageNotFound | PinProblem> {
    const pinned = { pinnedAt: this.#deps.now(), pinnedBy: viewer.userId }
    return this.#deps.changer.change<PinProblem>(
      viewer,
      messageId,
      async (store, { room, message }) => {
        const fault = permissionFault(room.viewerRole, 'PIN_MESSAGES')
        if (fault) return fault
        if (room.archivedAt) return roomArchived
        if (message.redactedAt) return messageRedacted
        if (message.pinnedAt) return null
        if ((await store.pins.count(room.id)) >= mostPins) {
          return limitReached(mostPins, `A room has at most ${mostPins} pinned messages.`)
        }
        return pinned
      },
    )
  }

  unpin(
    viewer: Viewer,
    messageId: string,
  ): Promise<MessageRow | MessageNotFound | PermissionRequired> {
    return this.#deps.changer.change<PermissionRequired>(
      viewer,
      messageId,
      async (_store, { room, message }) => {
        const fault = permissionFault(room.viewerRole, 'PIN_MESSAGES')
        if (fault) return fault
        return message.pinnedAt ? { pinnedAt: null, pinnedBy: null } : null
      },
    )
  }
}
