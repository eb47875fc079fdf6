import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import {
  memberMuted,
  memberUnmuted,
  personBanned,
  personUnbanned,
} from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { InboxHints } from '../inbox/inbox-hints.ts'
import type { RoomHints } from '../live/room-hints.ts'
import { part } from '../rooms/parting.ts'
import type { RoomPermission } from '../rooms/room-permissions.ts'
import {
  type MemberNotFound,
  memberNotFound,
  type PermissionRequired,
  type RoomNotFound,
  roomNotFound,
  type UnknownPeople,
  unknownPeople,
  type WrongRoomKind,
  wrongRoomKind,
} from '../rooms/room-problems.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { BanRow } from './ban.repository.ts'
import { isBelow, lockForModerator, type ModeratedRoom } from './moderated-room.ts'
import {
  type ParsedPersonInRoom,
  type PersonInRoom,
  parsePersonInRoom,
} from './moderation-input.ts'
import type { ModerationAction } from './moderation-log.repository.ts'
import { type MemberOutranks, memberOutranks } from './moderation-problems.ts'

export interface ModerationServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly inboxHints: InboxHints
  readonly newId: () => string
  readonly now: () => Date
}

/** A person and a room, after something was done. */
export interface RoomPerson {
  readonly roomId: string
  readonly userId: string
}

/** A mute as it is in force. */
export interface MuteRow extends RoomPerson {
  readonly reason: string | null
  readonly mutedAt: Date
  readonly expiresAt: Date | null
}

export type ModerationProblem =
  | RoomNotFound
  | PermissionRequired
  | MemberOutranks
  | WrongRoomKind
  | InvalidInput

interface Case extends ModeratedRoom {
  readonly person: ParsedPersonInRoom
  readonly role: Awaited<ReturnType<ChatStore['memberships']['roleOf']>>
  readonly at: Date
}

/** What whose role permits is done to whom. */
interface ModeratorAct {
  readonly viewer: Viewer
  readonly input: PersonInRoom
  readonly permission: RoomPermission
  readonly action: ModerationAction
}

const directHasNone = wrongRoomKind('A direct room has no moderators: block the person instead.')

/** Keeps people out of rooms, or from writing in them. What was sent away stops hearing the room at once. */
export class ModerationService {
  readonly #deps: ModerationServiceDeps

  constructor(deps: ModerationServiceDeps) {
    this.#deps = deps
  }

  /** Whoever has gone already stays away; they may come back where the room lets them. */
  async remove(
    viewer: Viewer,
    input: PersonInRoom,
  ): Promise<RoomPerson | ModerationProblem | MemberNotFound> {
    const removal = {
      viewer,
      input,
      permission: 'REMOVE_MEMBERS',
      action: 'member_removed',
    } as const
    return this.#act<RoomPerson, MemberNotFound>(removal, async (store, facts) => {
      const { room, person, role, at } = facts
      const { userId } = person
      if (role === undefined) {
        const hasLeft = await store.memberships.hasLeft(room.id, userId)
        return hasLeft ? { result: person, isNew: false } : memberNotFound
      }
      const wasOwner = role === 'owner'
      const after = await part(store, room, { userId, wasOwner, removedBy: viewer.userId, at })
      return { result: person, isNew: true, membersVersion: after.membersVersion }
    })
  }

  /** Whoever is banned leaves the room and cannot come back before the ban ends. It takes the place of an earlier ban. */
  async ban(
    viewer: Viewer,
    input: PersonInRoom,
  ): Promise<BanRow | ModerationProblem | UnknownPeople> {
    const banning = { viewer, input, permission: 'BAN_PEOPLE', action: 'person_banned' } as const
    return this.#act<BanRow, UnknownPeople>(banning, async (store, facts) => {
      const { room, person, role, at } = facts
      const { userId, reason, expiresAt } = person
      const [known] = await store.people.byIds([userId])
      if (!known) return unknownPeople([userId])
      const bannedBy = viewer.userId
      const ban = { roomId: room.id, userId, bannedBy, reason, bannedAt: at, expiresAt }
      await store.bans.set(ban)
      await store.invitations.revokeOf(room.id, userId, at)
      const wasOwner = role === 'owner'
      const after = role
        ? await part(store, room, { userId, wasOwner, removedBy: bannedBy, at })
        : undefined
      const { version } = await store.rooms.touch(room.id)
      await store.outbox.add(personBanned, {
        aggregateId: room.id,
        aggregateVersion: version,
        payload: { roomId: room.id, userId, bannedBy, expiresAt: expiresAt?.toISOString() ?? null },
      })
      return { result: ban, isNew: true, membersVersion: after?.membersVersion }
    })
  }

  /** The person may come back; they are not brought back. */
  async unban(viewer: Viewer, input: PersonInRoom): Promise<RoomPerson | ModerationProblem> {
    const lifting = { viewer, input, permission: 'BAN_PEOPLE', action: 'person_unbanned' } as const
    return this.#act<RoomPerson>(lifting, async (store, { room, person, at }) => {
      const { userId } = person
      if (!(await store.bans.lift(room.id, userId, at))) return { result: person, isNew: false }
      const { version } = await store.rooms.touch(room.id)
      await store.outbox.add(personUnbanned, {
        aggregateId: room.id,
        aggregateVersion: version,
        payload: { roomId: room.id, userId, unbannedBy: viewer.userId },
      })
      return { result: person, isNew: true }
    })
  }

  /** A muted member reads and does not write. It takes the place of an earlier mute, and survives leaving. */
  async mute(
    viewer: Viewer,
    input: PersonInRoom,
  ): Promise<MuteRow | ModerationProblem | MemberNotFound> {
    const muting = { viewer, input, permission: 'MUTE_MEMBERS', action: 'member_muted' } as const
    return this.#act<MuteRow, MemberNotFound>(muting, async (store, facts) => {
      const { room, person, role, at } = facts
      const { userId, reason, expiresAt } = person
      if (role === undefined) return memberNotFound
      await store.memberships.mute(room.id, userId, { at, expiresAt, reason })
      const { version } = await store.rooms.touch(room.id)
      const expiry = expiresAt?.toISOString() ?? null
      await store.outbox.add(memberMuted, {
        aggregateId: room.id,
        aggregateVersion: version,
        payload: { roomId: room.id, userId, mutedBy: viewer.userId, expiresAt: expiry },
      })
      return { result: { roomId: room.id, userId, reason, mutedAt: at, expiresAt }, isNew: true }
    })
  }

  async unmute(viewer: Viewer, input: PersonInRoom): Promise<RoomPerson | ModerationProblem> {
    const lifting = { viewer, input, permission: 'MUTE_MEMBERS', action: 'member_unmuted' } as const
    return this.#act<RoomPerson>(lifting, async (store, { room, person }) => {
      const { userId } = person
      if (!(await store.memberships.unmute(room.id, userId))) {
        return { result: person, isNew: false }
      }
      const { version } = await store.rooms.touch(room.id)
      await store.outbox.add(memberUnmuted, {
        aggregateId: room.id,
        aggregateVersion: version,
        payload: { roomId: room.id, userId, unmutedBy: viewer.userId },
      })
      return { result: person, isNew: true }
    })
  }

  /** Looks whether the viewer may do it to the person, does it, writes it into the log, and tells the room. */
  async #act<Result extends RoomPerson, Problem extends { readonly __typename: string } = never>(
    { viewer, input, permission, action }: ModeratorAct,
    work: (
      store: ChatStore,
      facts: Case,
    ) => Promise<
      | {
          readonly result: Result
          readonly isNew: boolean
          readonly membersVersion?: number | undefined
        }
      | Problem
    >,
  ): Promise<Result | ModerationProblem | Problem> {
    const { database, hints, inboxHints, now, newId } = this.#deps
    const at = now()
    const person = parsePersonInRoom(input, viewer.userId, at)
    if ('__typename' in person) return person
    const { roomId, userId } = person
    if (!isUuid(roomId)) return roomNotFound
    const done = await database.transaction(async (store) => {
      const moderated = await lockForModerator(store, viewer, { roomId, permission })
      if ('__typename' in moderated) return moderated
      if (moderated.room.kind === 'direct') return directHasNone
      const role = await store.memberships.roleOf(roomId, userId)
      if (!isBelow(moderated.rank, role)) return memberOutranks
      const outcome = await work(store, { ...moderated, person, role, at })
      if ('__typename' in outcome || !outcome.isNew) return outcome
      const { reason, expiresAt } = person
      const entry = {
        id: newId(),
        roomId,
        actorId: viewer.userId,
        action,
        messageId: null,
        doneAt: at,
      }
      await store.moderationLog.add({ ...entry, personId: userId, reason, expiresAt })
      return outcome
    })
    if ('__typename' in done) return done
    if (action === 'person_banned') inboxHints.invitationsChanged(userId)
    if (done.membersVersion !== undefined) {
      hints.membersChanged(roomId, done.membersVersion, { left: [userId] })
    } else if (done.isNew) hints.roomChanged(roomId)
    return done.result
  }
}
