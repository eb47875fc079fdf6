import type { Database } from '@gravity/shared/database/open-database'
import { invitationSettled } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import type { RoomHints } from '../live/room-hints.ts'
import { type Banned, banned } from '../moderation/moderation-problems.ts'
import { areApart, type PersonUnavailable, personUnavailable } from '../people/blocks.ts'
import { admit, capacityFault, type Joined } from '../rooms/joining.ts'
import type { RoomRow } from '../rooms/room.entity.ts'
import { isPermitted } from '../rooms/room-permissions.ts'
import {
  type PermissionRequired,
  permissionRequired,
  type RoomArchived,
  type TooManyMembers,
} from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { ShownInvitation } from './invitation.repository.ts'
import {
  type InvitationNotFound,
  type InvitationOver,
  invitationNotFound,
  invitationOver,
} from './invitation-problems.ts'

export interface AnswerServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly inboxHints: InboxHints
  readonly now: () => Date
}

type AcceptProblem =
  | InvitationNotFound
  | InvitationOver
  | Banned
  | PersonUnavailable
  | RoomArchived
  | TooManyMembers

type Answer = 'declined' | 'revoked'

/** Answers invitations, and takes them back. The same answer twice is a success that changes nothing. */
export class AnswerService {
  readonly #deps: AnswerServiceDeps

  constructor(deps: AnswerServiceDeps) {
    this.#deps = deps
  }

  async accept(viewer: Viewer, givenId: string): Promise<{ readonly id: string } | AcceptProblem> {
    const { database, hints, inboxHints, now } = this.#deps
    const id = givenId.toLowerCase()
    if (!isUuid(id)) return invitationNotFound
    const outcome = await database.transaction(async (store) => {
      const found = await lockInvitation(store, id)
      if (!found || found.invitation.inviteeId !== viewer.userId) return invitationNotFound
      return enter(store, found, now())
    })
    if ('__typename' in outcome) return outcome
    const { room, joined, visibleAfter } = outcome
    inboxHints.invitationsChanged(viewer.userId)
    if (joined.length > 0) {
      hints.membersChanged(room.id, room.membersVersion, { joined, visibleAfter })
    }
    return { id: room.id }
  }

  /** By the invitee. */
  decline(
    viewer: Viewer,
    id: string,
  ): Promise<ShownInvitation | InvitationNotFound | InvitationOver> {
    return this.#settle(id, 'declined', async (_store, { inviteeId }) =>
      inviteeId === viewer.userId ? undefined : invitationNotFound,
    )
  }

  /** By who has invited, or whoever may invite into the room. */
  revoke(
    viewer: Viewer,
    id: string,
  ): Promise<ShownInvitation | InvitationNotFound | InvitationOver | PermissionRequired> {
    return this.#settle(id, 'revoked', async (store, { roomId, inviterId, inviteeId }) => {
      const role = await store.memberships.roleOf(roomId, viewer.userId)
      if (role && (inviterId === viewer.userId || isPermitted(role, 'INVITE_PEOPLE'))) {
        return undefined
      }
      if (!role || inviteeId === viewer.userId) return invitationNotFound
      return permissionRequired('INVITE_PEOPLE')
    })
  }

  async #settle<Problem extends { readonly __typename: string }>(
    givenId: string,
    answer: Answer,
    faultOf: (store: ChatStore, invitation: ShownInvitation) => Promise<Problem | undefined>,
  ): Promise<ShownInvitation | InvitationNotFound | InvitationOver | Problem> {
    const { database, hints, inboxHints, now } = this.#deps
    const id = givenId.toLowerCase()
    if (!isUuid(id)) return invitationNotFound
    const at = now()
    const outcome = await database.transaction(async (store) => {
      const found = await lockInvitation(store, id)
      if (!found) return invitationNotFound
      const { invitation } = found
      const fault = await faultOf(store, invitation)
      if (fault) return fault
      if (invitation.status === answer) return invitation
      if (!(await store.invitations.settle(id, answer, at))) return invitationOver
      await tellSettled(store, invitation, answer)
      return { ...invitation, status: answer, settledAt: at }
    })
    if (!('__typename' in outcome)) {
      hints.roomChanged(outcome.roomId)
      inboxHints.invitationsChanged(outcome.inviteeId)
    }
    return outcome
  }
}

interface LockedInvitation {
  readonly invitation: ShownInvitation
  readonly room: RoomRow
}

/** Locks the room first, as whatever changes a room does, and reads the invitation then. */
async function lockInvitation(store: ChatStore, id: string): Promise<LockedInvitation | undefined> {
  const seen = await store.invitations.byId(id)
  const room = seen && (await store.rooms.lock(seen.roomId))
  const invitation = room && (await store.invitations.byId(id))
  return invitation && { invitation, room }
}

async function enter(
  store: ChatStore,
  { invitation, room }: LockedInvitation,
  at: Date,
): Promise<Joined | AcceptProblem> {
  const { inviteeId, inviterId, role, status } = invitation
  if (await store.memberships.roleOf(room.id, inviteeId)) {
    return { room, joined: [], visibleAfter: 0 }
  }
  if (status !== 'pending' || invitation.expiresAt <= at) return invitationOver
  const [ban] = await store.bans.among(room.id, [inviteeId], at)
  const fault = banned(ban) ?? capacityFault(room, 1)
  if (fault) return fault
  if (await areApart(store, inviterId, inviteeId)) return personUnavailable
  const joined = await admit(store, room, {
    userIds: [inviteeId],
    role,
    broughtBy: inviterId,
    at,
  })
  await tellSettled(store, invitation, 'accepted')
  return joined
}

async function tellSettled(
  store: ChatStore,
  { id, roomId, inviteeId, inviterId }: ShownInvitation,
  status: Answer | 'accepted',
): Promise<void> {
  const { version } = await store.rooms.touch(roomId)
  await store.outbox.add(invitationSettled, {
    aggregateId: roomId,
    aggregateVersion: version,
    payload: { roomId, invitationId: id, inviteeId, inviterId, status },
  })
}
