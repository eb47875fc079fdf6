import type { Database } from '@gravity/shared/database/open-database'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type Banned, banned } from '../moderation/moderation-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { admit, capacityFault, type Joined } from './joining.ts'
import {
  type InvitationRequired,
  invitationRequired,
  type RoomArchived,
  type RoomNotFound,
  roomNotFound,
  type TooManyMembers,
} from './room-problems.ts'

export interface JoinServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly now: () => Date
}

type JoinProblem = RoomNotFound | InvitationRequired | Banned | RoomArchived | TooManyMembers

/** Lets people into channels. */
export class JoinService {
  readonly #deps: JoinServiceDeps

  constructor(deps: JoinServiceDeps) {
    this.#deps = deps
  }

  /** Whoever is a member already stays one. Groups and direct rooms are as if they did not exist. */
  async join(viewer: Viewer, givenId: string): Promise<{ readonly id: string } | JoinProblem> {
    const { database, hints, now } = this.#deps
    const roomId = givenId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const outcome = await database.transaction((store) =>
      enter(store, { roomId, userId: viewer.userId, at: now() }),
    )
    if ('__typename' in outcome) return outcome
    const { room, joined, visibleAfter } = outcome
    if (joined.length > 0) {
      hints.membersChanged(room.id, room.membersVersion, { joined, visibleAfter })
    }
    return { id: room.id }
  }
}

async function enter(
  store: ChatStore,
  { roomId, userId, at }: { readonly roomId: string; readonly userId: string; readonly at: Date },
): Promise<Joined | JoinProblem> {
  const room = await store.rooms.lock(roomId)
  if (!room) return roomNotFound
  if (await store.memberships.roleOf(roomId, userId)) return { room, joined: [], visibleAfter: 0 }
  if (room.kind !== 'channel') return roomNotFound
  const [ban] = await store.bans.among(roomId, [userId], at)
  const fault = banned(ban) ?? capacityFault(room, 1)
  if (fault) return fault
  if (room.joinRule !== 'open') return invitationRequired
  return admit(store, room, { userIds: [userId], role: 'member', broughtBy: userId, at })
}
