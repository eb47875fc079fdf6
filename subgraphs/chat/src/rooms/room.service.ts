import type { Database } from '@gravity/shared/database/open-database'
import type { InvalidInput } from '@gravity/shared/errors/invalid-input'
import { roomCreated } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import { type PeopleBanned, peopleBanned } from '../moderation/moderation-problems.ts'
import { type PeopleUnavailable, unavailableFault } from '../people/blocks.ts'
import type { KnownPeople } from '../people/known-people.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { admit, capacityFault, type Joined } from './joining.ts'
import { part } from './parting.ts'
import { asOpened } from './room.entity.ts'
import { asNewcomer, type VisibleRoomRow } from './room.repository.ts'
import { parsePeople } from './room-people.ts'
import { isPermitted } from './room-permissions.ts'
import { type NewRoom, parseNewRoom, type RoomPlan } from './room-plan.ts'
import {
  type OwnerRequired,
  ownerRequired,
  type RoomArchived,
  type RoomNotFound,
  roomNotFound,
  type TooManyMembers,
  type UnknownPeople,
  unknownPeople,
  type WrongRoomKind,
  wrongRoomKind,
} from './room-problems.ts'

export interface RoomServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly people: KnownPeople
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
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

type JoinProblem =
  | RoomNotFound
  | OwnerRequired
  | TooManyMembers
  | RoomArchived
  | PeopleUnavailable
  | PeopleBanned

const directStays = wrongRoomKind('A direct room belongs to its two people and cannot be left.')

export class RoomService {
  readonly #deps: RoomServiceDeps

  constructor(deps: RoomServiceDeps) {
    this.#deps = deps
  }

  async create(
    call: RoomCall,
    input: NewRoom,
  ): Promise<VisibleRoomRow | PeopleUnavailable | PeopleProblem> {
    const plan = parseNewRoom(input)
    if ('__typename' in plan) return plan
    const people = await this.#parseKnownPeople(call, input.memberIds ?? [])
    if ('__typename' in people) return people
    const { userId } = call.viewer
    const room = await this.#insert(userId, plan, people)
    if (!('__typename' in room)) {
      const joined = [userId, ...people]
      this.#deps.hints.membersChanged(room.id, room.membersVersion, { joined })
    }
    return room
  }

  async addMembers(
    call: RoomCall,
    input: NewMembers,
  ): Promise<VisibleRoomRow | JoinProblem | PeopleProblem> {
    const roomId = input.roomId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const people = await this.#parseKnownPeople(call, input.memberIds)
    if ('__typename' in people) return people
    const outcome = await this.#join(roomId, call.viewer.userId, people)
    if ('__typename' in outcome) return outcome
    const { room, joined, visibleAfter } = outcome
    if (joined.length > 0) {
      this.#deps.hints.membersChanged(room.id, room.membersVersion, { joined, visibleAfter })
    }
    return room
  }

  /** Leaving a second time is a success that changes nothing. */
  async leave(
    viewer: Viewer,
    givenId: string,
  ): Promise<{ roomId: string } | RoomNotFound | WrongRoomKind> {
    const { database, hints, now } = this.#deps
    const roomId = givenId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const { userId } = viewer
    const outcome = await database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, userId)
      if (!room) return (await store.memberships.hasLeft(roomId, userId)) ? 'left before' : null
      if (room.kind === 'direct') return directStays
      const wasOwner = room.viewerRole === 'owner'
      return part(store, room, { userId, wasOwner, removedBy: null, at: now() })
    })
    if (outcome === null) return roomNotFound
    if (outcome !== 'left before') {
      if ('__typename' in outcome) return outcome
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
    plan: RoomPlan,
    people: readonly string[],
  ): Promise<VisibleRoomRow | PeopleUnavailable> {
    const { database, newId, now } = this.#deps
    const createdAt = now()
    const room = {
      ...asOpened,
      ...plan,
      id: newId(),
      createdBy: ownerId,
      createdAt,
      memberCount: people.length + 1,
    }
    const membership = { roomId: room.id, joinedAt: createdAt, visibleAfter: 0, leftAt: null }
    const fault = await database.transaction(async (store) => {
      const unavailable = await unavailableFault(store, ownerId, people)
      if (unavailable) return unavailable
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
      return undefined
    })
    return fault ?? { ...room, ...asNewcomer, viewerRole: 'owner' }
  }

  #join(
    roomId: string,
    viewerId: string,
    people: readonly string[],
  ): Promise<(Omit<Joined, 'room'> & { readonly room: VisibleRoomRow }) | JoinProblem> {
    const { database, now } = this.#deps
    return database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, viewerId)
      if (!room) return roomNotFound
      if (!isPermitted(room.viewerRole, 'ADD_MEMBERS')) return ownerRequired
      const userIds = await store.memberships.absentAmong(roomId, people)
      if (userIds.length === 0) return { room, joined: [], visibleAfter: 0 }
      const at = now()
      const fault =
        capacityFault(room, userIds.length) ??
        (await unavailableFault(store, viewerId, userIds)) ??
        peopleBanned(await store.bans.among(roomId, userIds, at))
      if (fault) return fault
      const joined = await admit(store, room, { userIds, role: 'member', broughtBy: viewerId, at })
      return { ...joined, room: { ...room, ...joined.room } }
    })
  }
}
