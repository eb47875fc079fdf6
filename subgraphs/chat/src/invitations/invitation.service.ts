import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { personInvited } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import type { RoomHints } from '../live/room-hints.ts'
import { type LimitReached, limitReached } from '../messages/message-problems.ts'
import { type PeopleBanned, peopleBanned } from '../moderation/moderation-problems.ts'
import { areApart, type PersonUnavailable, personUnavailable } from '../people/blocks.ts'
import type { KnownPeople } from '../people/known-people.ts'
import type { RoomCall } from '../rooms/room.service.ts'
import type { RoomLimits } from '../rooms/room-limits.ts'
import { isPermitted } from '../rooms/room-permissions.ts'
import {
  type PermissionRequired,
  permissionRequired,
  type RoomArchived,
  type RoomNotFound,
  roomArchived,
  roomNotFound,
  type UnknownPeople,
  unknownPeople,
} from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { InvitationRow, InvitedRole, ShownInvitation } from './invitation.repository.ts'
import { type AlreadyMember, alreadyMember } from './invitation-problems.ts'

export interface InvitationServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly people: KnownPeople
  readonly limits: RoomLimits
  readonly hints: RoomHints
  readonly inboxHints: InboxHints
  readonly newId: () => string
  readonly now: () => Date
}

export interface InviteToRoom {
  readonly roomId: string
  readonly userId: string
  readonly role: InvitedRole
}

type InviteProblem =
  | RoomNotFound
  | PermissionRequired
  | UnknownPeople
  | PersonUnavailable
  | PeopleBanned
  | AlreadyMember
  | RoomArchived
  | LimitReached
  | InvalidInput

/** How many people a room may wait for. */
export const mostInvitations = 500

const invitationLastsMs = 14 * 24 * 60 * 60 * 1_000

const notOneself = invalidInput('userId', 'Invite somebody else, by their id.')

/** Invites people into rooms. */
export class InvitationService {
  readonly #deps: InvitationServiceDeps

  constructor(deps: InvitationServiceDeps) {
    this.#deps = deps
  }

  /** Who is invited already stays so, with the same invitation. */
  async invite(call: RoomCall, input: InviteToRoom): Promise<ShownInvitation | InviteProblem> {
    const { people, database, hints, inboxHints, limits } = this.#deps
    const viewerId = call.viewer.userId
    const roomId = input.roomId.toLowerCase()
    const inviteeId = input.userId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    if (!isUuid(inviteeId) || inviteeId === viewerId) return notOneself
    await limits.spend('chat.invitations', viewerId)
    const unknown = await people.unknownAmong([inviteeId], call.signal)
    if (unknown.length > 0) return unknownPeople(unknown)
    const invitation = this.#draft({ roomId, inviteeId, inviterId: viewerId, role: input.role })
    const outcome = await database.transaction((store) => extend(store, invitation))
    if (!('__typename' in outcome)) {
      hints.roomChanged(roomId)
      inboxHints.invitationsChanged(inviteeId)
    }
    return outcome
  }

  #draft(facts: Pick<InvitationRow, 'roomId' | 'inviteeId' | 'inviterId' | 'role'>): InvitationRow {
    const createdAt = this.#deps.now()
    const expiresAt = new Date(createdAt.getTime() + invitationLastsMs)
    const open = { status: 'pending', settledAt: null } as const
    return { ...facts, ...open, id: this.#deps.newId(), createdAt, expiresAt }
  }
}

async function extend(
  store: ChatStore,
  invitation: InvitationRow,
): Promise<ShownInvitation | InviteProblem> {
  const { roomId, inviteeId, inviterId, role, createdAt: at } = invitation
  const room = await store.rooms.lockForMember(roomId, inviterId)
  if (!room) return roomNotFound
  const needed = role === 'moderator' ? 'CHANGE_ROLES' : 'INVITE_PEOPLE'
  if (!isPermitted(room.viewerRole, needed)) return permissionRequired(needed)
  if (room.archivedAt) return roomArchived
  if (await store.memberships.roleOf(roomId, inviteeId)) return alreadyMember
  if (await areApart(store, inviterId, inviteeId)) return personUnavailable
  const bans = peopleBanned(await store.bans.among(roomId, [inviteeId], at))
  if (bans) return bans
  const before = await store.invitations.pendingOf(roomId, inviteeId)
  if (before && before.expiresAt > at && before.role === role) return before
  // One that has expired, or offers another role, makes way.
  if (before) await store.invitations.settle(before.id, 'revoked', at)
  if ((await store.invitations.countPending(roomId, at)) >= mostInvitations) {
    return limitReached(mostInvitations, `A room waits for at most ${mostInvitations} people.`)
  }
  await store.invitations.insert(invitation)
  const { version } = await store.rooms.touch(roomId)
  await store.outbox.add(personInvited, {
    aggregateId: roomId,
    aggregateVersion: version,
    payload: {
      roomId,
      invitationId: invitation.id,
      inviteeId,
      inviterId,
      expiresAt: invitation.expiresAt.toISOString(),
    },
  })
  const { name: roomName, kind: roomKind, memberCount } = room
  return { ...invitation, roomName, roomKind, memberCount }
}
