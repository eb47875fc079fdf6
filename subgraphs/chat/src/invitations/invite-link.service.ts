import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type LimitReached, limitReached } from '../messages/message-problems.ts'
import { type Banned, banned } from '../moderation/moderation-problems.ts'
import { admit, capacityFault, type Joined } from '../rooms/joining.ts'
import type { RoomLimits } from '../rooms/room-limits.ts'
import { permissionFault } from '../rooms/room-permissions.ts'
import {
  type PermissionRequired,
  type RoomArchived,
  type RoomNotFound,
  roomArchived,
  roomNotFound,
  type TooManyMembers,
} from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { type InviteLinkNotFound, inviteLinkNotFound } from './invitation-problems.ts'
import type { InviteLinkRow } from './invite-link.repository.ts'
import { hashInviteToken, newInviteToken } from './invite-token.ts'

export interface InviteLinkServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly limits: RoomLimits
  readonly newId: () => string
  readonly now: () => Date
}

export interface CreateInviteLink {
  readonly roomId: string
  /** Default a week. */
  readonly lastsHours?: number | undefined
  readonly maxUses?: number | null | undefined
}

/** A link with its token, which is known at this moment only. */
export interface NewInviteLink {
  readonly link: InviteLinkRow
  readonly token: string
}

/** How many links of a room may be open at once. */
export const mostLinks = 100

const usualHours = 24 * 7
const mostHours = 24 * 365
const mostUses = 10_000
const hourMs = 60 * 60 * 1_000

/** Links by which whoever has them comes into a room, as a member. */
export class InviteLinkService {
  readonly #deps: InviteLinkServiceDeps

  constructor(deps: InviteLinkServiceDeps) {
    this.#deps = deps
  }

  async create(
    viewer: Viewer,
    input: CreateInviteLink,
  ): Promise<
    NewInviteLink | RoomNotFound | PermissionRequired | RoomArchived | LimitReached | InvalidInput
  > {
    const { database, hints } = this.#deps
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const fault = linkFault(input)
    if (fault) return fault
    const created = this.#draft({ ...input, roomId }, viewer.userId)
    const outcome = await database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, viewer.userId)
      if (!room) return roomNotFound
      const lacking = permissionFault(room.viewerRole, 'INVITE_PEOPLE')
      if (lacking) return lacking
      if (room.archivedAt) return roomArchived
      if ((await store.inviteLinks.count(roomId)) >= mostLinks) {
        return limitReached(mostLinks, `A room has at most ${mostLinks} links: revoke some first.`)
      }
      await store.inviteLinks.insert(created.link, created.hash)
      return undefined
    })
    if (outcome) return outcome
    hints.roomChanged(roomId)
    return { link: created.link, token: created.token }
  }

  /** Who has come in by it stays. */
  async revoke(
    viewer: Viewer,
    givenId: string,
  ): Promise<InviteLinkRow | InviteLinkNotFound | PermissionRequired> {
    const { database, hints, now } = this.#deps
    const id = givenId.toLowerCase()
    if (!isUuid(id)) return inviteLinkNotFound
    const at = now()
    const outcome = await database.transaction(async (store) => {
      const link = await store.inviteLinks.byId(id)
      const room = link && (await store.rooms.lockForMember(link.roomId, viewer.userId))
      if (!room) return inviteLinkNotFound
      const lacking = permissionFault(room.viewerRole, 'INVITE_PEOPLE')
      if (lacking) return lacking
      await store.inviteLinks.revoke(id, at)
      return { ...link, revokedAt: link.revokedAt ?? at }
    })
    if (!('__typename' in outcome)) hints.roomChanged(outcome.roomId)
    return outcome
  }

  /** Who is a member already uses nothing up. */
  async join(
    viewer: Viewer,
    token: string,
  ): Promise<
    { readonly id: string } | InviteLinkNotFound | Banned | RoomArchived | TooManyMembers
  > {
    const { database, hints, now } = this.#deps
    await this.#deps.limits.spend('chat.invite-link-tries', viewer.userId)
    const hash = hashInviteToken(token)
    if (!hash) return inviteLinkNotFound
    const outcome = await database.transaction((store) =>
      enter(store, { hash, userId: viewer.userId, at: now() }),
    )
    if ('__typename' in outcome) return outcome
    const { room, joined, visibleAfter } = outcome
    if (joined.length > 0) {
      hints.membersChanged(room.id, room.membersVersion, { joined, visibleAfter })
    }
    return { id: room.id }
  }

  #draft({ roomId, lastsHours = usualHours, maxUses = null }: CreateInviteLink, createdBy: string) {
    const { token, hash } = newInviteToken()
    const createdAt = this.#deps.now()
    const expiresAt = new Date(createdAt.getTime() + lastsHours * hourMs)
    const link = { roomId, createdBy, createdAt, expiresAt, maxUses, uses: 0, revokedAt: null }
    return { link: { ...link, id: this.#deps.newId() }, token, hash }
  }
}

function linkFault({
  lastsHours = usualHours,
  maxUses,
}: CreateInviteLink): InvalidInput | undefined {
  if (lastsHours < 1 || lastsHours > mostHours) {
    return invalidInput('lastsHours', `A link lasts from 1 to ${mostHours} hours.`)
  }
  return maxUses != null && (maxUses < 1 || maxUses > mostUses)
    ? invalidInput('maxUses', `A link may be used from 1 to ${mostUses} times.`)
    : undefined
}

async function enter(
  store: ChatStore,
  { hash, userId, at }: { readonly hash: Buffer; readonly userId: string; readonly at: Date },
): Promise<Joined | InviteLinkNotFound | Banned | RoomArchived | TooManyMembers> {
  const link = await store.inviteLinks.open(hash, at)
  const room = link && (await store.rooms.lock(link.roomId))
  if (!room) return inviteLinkNotFound
  if (await store.memberships.roleOf(room.id, userId)) return { room, joined: [], visibleAfter: 0 }
  const [ban] = await store.bans.among(room.id, [userId], at)
  const fault = banned(ban) ?? capacityFault(room, 1)
  if (fault) return fault
  // Decided here, by one conditional statement: of many who come at once with the last use one gets in.
  if (!(await store.inviteLinks.use(hash, at))) return inviteLinkNotFound
  return admit(store, room, { userIds: [userId], role: 'member', broughtBy: link.createdBy, at })
}
