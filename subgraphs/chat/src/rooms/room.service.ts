import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { memberLeft, membersJoined, roomCreated } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import { parseDisplayName } from '@gravity/shared/people/display-name'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import type { KnownPeople } from '../people/known-people.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { invalidName } from './rename.service.ts'
import type { VisibleRoomRow } from './room.repository.ts'
import { maximumMembers, parsePeople } from './room-people.ts'
import { isPermitted } from './room-permissions.ts'
import {
  type OwnerRequired,
  ownerRequired,
  type RoomNotFound,
  roomNotFound,
  type TooManyMembers,
  tooManyMembers,
  type UnknownPeople,
  unknownPeople,
} from './room-problems.ts'

export interface RoomServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly people: KnownPeople
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
}

export interface NewRoom {
  readonly name?: string | null | undefined
  readonly memberIds?: readonly string[] | undefined
}

export interface NewMembers {
  readonly roomId: string
  readonly memberIds: readonly string[]
}

/** Whose call it is, and when it is not wanted any more. */
export interface RoomCall {
  readonly viewer: Viewer
  readonly signal: AbortSignal
}

type PeopleProblem = UnknownPeople | TooManyMembers | InvalidInput

export class RoomService {
  readonly #deps: RoomServiceDeps

  constructor(deps: RoomServiceDeps) {
    this.#deps = deps
  }

  async create(call: RoomCall, input: NewRoom): Promise<VisibleRoomRow | PeopleProblem> {
    const name = input.name == null ? null : parseDisplayName(input.name)
    if (name === undefined) return invalidName
    const people = await this.#parseKnownPeople(call, input.memberIds ?? [])
    if ('__typename' in people) return people
    return this.#insert(call.viewer.userId, name, people)
  }

  async addMembers(
    call: RoomCall,
    input: NewMembers,
  ): Promise<VisibleRoomRow | RoomNotFound | OwnerRequired | PeopleProblem> {
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const people = await this.#parseKnownPeople(call, input.memberIds)
    if ('__typename' in people) return people
    const outcome = await this.#join(roomId, call.viewer.userId, people)
    if ('__typename' in outcome) return outcome
    const { room, joined } = outcome
    if (joined.length > 0) {
      this.#deps.hints.membersChanged(room.id, room.membersVersion, { joined })
    }
    return room
  }

  /** Leaving a second time is a success that changes nothing. */
  async leave(viewer: Viewer, givenId: string): Promise<{ roomId: string } | RoomNotFound> {
    const { database, hints, now } = this.#deps
    const roomId = givenId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const { userId } = viewer
    const outcome = await database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, userId)
      if (!room) return (await store.memberships.hasLeft(roomId, userId)) ? 'left before' : null
      await store.memberships.leave(roomId, userId, now())
      if (room.viewerRole === 'owner') await store.memberships.ensureOwner(roomId)
      const { membersVersion, version } = await store.rooms.countMembers(roomId, -1)
      await store.outbox.add(memberLeft, {
        aggregateId: roomId,
        aggregateVersion: version,
        payload: { roomId, userId },
      })
      return { membersVersion }
    })
    if (outcome === null) return roomNotFound
    if (outcome !== 'left before') {
      hints.membersChanged(roomId, outcome.membersVersion, { left: [userId] })
    }
    return { roomId }
  }

  async #parseKnownPeople(
    call: RoomCall,
    ids: readonly string[],
  ): Promise<string[] | PeopleProblem> {
    const people = parsePeople(ids, call.viewer.userId)
    if ('__typename' in people || people.length === 0) return people
    const unknown = await this.#deps.people.unknownAmong(people, call.signal)
    return unknown.length > 0 ? unknownPeople(unknown) : people
  }

  async #insert(
    ownerId: string,
    name: string | null,
    people: readonly string[],
  ): Promise<VisibleRoomRow> {
    const { database, newId, now } = this.#deps
    const createdAt = now()
    const room = {
      id: newId(),
      name,
      createdBy: ownerId,
      createdAt,
      memberCount: people.length + 1,
      membersVersion: 1,
      latestSequence: 0,
      latestChange: 0,
      lastMessageAt: null,
      version: 1,
    }
    const membership = { roomId: room.id, joinedAt: createdAt, leftAt: null }
    await database.transaction(async (store) => {
      await store.rooms.insert(room)
      await store.memberships.insertAll([
        { ...membership, userId: ownerId, role: 'owner' },
        ...people.map((userId) => ({ ...membership, userId, role: 'member' as const })),
      ])
      await store.outbox.add(roomCreated, {
        aggregateId: room.id,
        aggregateVersion: room.version,
        payload: { roomId: room.id, createdBy: ownerId, memberIds: [ownerId, ...people] },
      })
    })
    return { ...room, viewerRole: 'owner' }
  }

  #join(
    roomId: string,
    viewerId: string,
    people: readonly string[],
  ): Promise<
    | { room: VisibleRoomRow; joined: readonly string[] }
    | RoomNotFound
    | OwnerRequired
    | TooManyMembers
  > {
    const { database, now } = this.#deps
    return database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, viewerId)
      if (!room) return roomNotFound
      if (!isPermitted(room.viewerRole, 'ADD_MEMBERS')) return ownerRequired
      const joined = await store.memberships.absentAmong(roomId, people)
      if (joined.length === 0) return { room, joined }
      if (room.memberCount + joined.length > maximumMembers) return tooManyMembers(maximumMembers)
      await store.memberships.join(roomId, joined, now())
      await store.readMarkers.begin(roomId, joined)
      const changed = await store.rooms.countMembers(roomId, joined.length)
      await store.outbox.add(membersJoined, {
        aggregateId: roomId,
        aggregateVersion: changed.version,
        payload: { roomId, userIds: joined, addedBy: viewerId },
      })
      return { room: { ...changed, viewerRole: room.viewerRole }, joined }
    })
  }
}
