import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { roomCreated } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { RoomHints } from '../live/room-hints.ts'
import { areApart, type PersonUnavailable, personUnavailable } from '../people/blocks.ts'
import type { KnownPeople } from '../people/known-people.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import { asOpened } from './room.entity.ts'
import type { RoomCall } from './room.service.ts'
import type { RoomLimits } from './room-limits.ts'
import { type UnknownPeople, unknownPeople } from './room-problems.ts'

export interface DirectServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly people: KnownPeople
  readonly limits: RoomLimits
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
}

type DirectProblem = UnknownPeople | PersonUnavailable | InvalidInput

const notOneself = invalidInput('userId', 'Name somebody else, by their id.')

/** The one room that belongs to two people. */
export class DirectService {
  readonly #deps: DirectServiceDeps

  constructor(deps: DirectServiceDeps) {
    this.#deps = deps
  }

  /** The database keeps it one: of many who open it at once one makes it, and the others wait for that one. */
  async open(call: RoomCall, givenId: string): Promise<{ readonly id: string } | DirectProblem> {
    const { database, people, hints, limits, newId, now } = this.#deps
    const { userId } = call.viewer
    const partnerId = givenId.toLowerCase()
    if (!isUuid(partnerId) || partnerId === userId) return notOneself
    await limits.spend('chat.direct-rooms', userId)
    const unknown = await people.unknownAmong([partnerId], call.signal)
    if (unknown.length > 0) return unknownPeople(unknown)
    const room = { id: newId(), createdBy: userId, createdAt: now() }
    const outcome = await database.transaction((store) => openPair(store, room, partnerId))
    if (!('__typename' in outcome) && outcome.id === room.id) {
      const joined = [userId, partnerId]
      hints.membersChanged(room.id, asOpened.membersVersion, { joined })
    }
    return outcome
  }
}

async function openPair(
  store: ChatStore,
  opening: { readonly id: string; readonly createdBy: string; readonly createdAt: Date },
  partnerId: string,
): Promise<{ readonly id: string } | PersonUnavailable> {
  const { id, createdBy, createdAt } = opening
  if (await areApart(store, createdBy, partnerId)) return personUnavailable
  const [first, second] = createdBy < partnerId ? [createdBy, partnerId] : [partnerId, createdBy]
  const existing = await store.rooms.idOfPair(first, second)
  if (existing) return { id: existing }
  const pair = { directFirst: first, directSecond: second, memberCount: 2 }
  const isNew = await store.rooms.insertOnce({
    ...asOpened,
    ...opening,
    ...pair,
    kind: 'direct',
    name: null,
  })
  // Whoever was faster has committed by now.
  if (!isNew) return { id: (await store.rooms.idOfPair(first, second)) ?? id }
  const joining = { roomId: id, role: 'member', joinedAt: createdAt, visibleAfter: 0 } as const
  await store.memberships.insertAll(
    [createdBy, partnerId].map((userId) => ({ ...joining, userId, leftAt: null })),
  )
  await store.outbox.add(roomCreated, {
    aggregateId: id,
    aggregateVersion: asOpened.version,
    payload: { roomId: id, createdBy, memberIds: [createdBy, partnerId] },
  })
  return { id }
}
