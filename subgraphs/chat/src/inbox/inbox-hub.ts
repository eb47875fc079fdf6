import type { Logger } from '@gravity/shared/log/logger'
import type { PubSub, PubSubSubscription } from '@gravity/shared/pubsub/pubsub'
import { Comparison } from '../live/comparison.ts'
import { inboxRoomsTopic, parseInboxRoomHint } from '../live/room-hints.ts'
import type { RoomPosition } from '../rooms/room.repository.ts'
import type { ChatReads } from '../store.ts'
import type { InboxPosition } from './inbox.repository.ts'
import { inboxPeopleTopic, type PersonalHint, parsePersonalHint } from './inbox-hints.ts'
import { InboxPerson } from './inbox-person.ts'
import { InboxRoom } from './inbox-room.ts'
import { Rounds } from './rounds.ts'

export interface InboxHubDeps {
  readonly reads: Pick<ChatReads, 'rooms' | 'messages' | 'inboxes' | 'attention'>
  readonly pubsub: PubSub
  readonly now: () => Date
  readonly log: Logger
}

/** A person whose inbox is open, and their rooms as the database has them. */
export interface JoinedInbox {
  readonly person: InboxPerson
  readonly positions: readonly InboxPosition[]
  /** May be called more than once. */
  release(): void
}

/** How much one comparison covers; it goes round. */
const roomsCompared = 1_000
const peopleCompared = 200

/**
 * The inboxes of this process. What concerns any room or person comes on two topics, however many rooms the people have,
 * and is joined here with the rooms of those who listen.
 */
export class InboxHub {
  readonly #deps: InboxHubDeps
  readonly #people = new Map<string, InboxPerson>()
  readonly #holders = new Map<InboxPerson, number>()
  readonly #rooms = new Map<string, InboxRoom>()
  readonly #comparison: Comparison
  readonly #roomRounds = new Rounds(roomsCompared)
  readonly #peopleRounds = new Rounds(peopleCompared)
  #listening: Promise<readonly PubSubSubscription[]> | undefined
  #ended = false

  constructor(deps: InboxHubDeps) {
    this.#deps = deps
    this.#comparison = new Comparison({ compare: () => this.#compare(), log: deps.log })
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  /** Rejects when the database or pub/sub cannot be used now. Listens first and reads then. */
  async join(userId: string): Promise<JoinedInbox> {
    const { reads } = this.#deps
    const person = this.#hold(userId)
    let held = true
    const release = () => {
      if (held) this.#release(person)
      held = false
    }
    try {
      await this.#listen()
      const [attention] = await reads.attention.ofPeople([userId])
      if (attention) person.attend(attention)
      const positions = await reads.inboxes.positionsOf(userId)
      const doubtful = positions.filter((position) => this.#enter(person, position))
      // Who came or left since: the room asks the database.
      await Promise.all(doubtful.map(({ roomId }) => this.#rooms.get(roomId)?.catchUp()))
      return { person, positions, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** Sends all readers away: the process stops. */
  async close(): Promise<void> {
    this.#ended = true
    this.#comparison.end()
    for (const { listeners } of this.#people.values()) for (const one of listeners) one.stop()
    const listening = await this.#listening?.catch(() => [])
    await Promise.all((listening ?? []).map((subscription) => subscription.close()))
  }

  #hold(userId: string): InboxPerson {
    const known = this.#people.get(userId)
    const person = known ?? new InboxPerson({ userId, now: this.#deps.now })
    this.#people.set(userId, person)
    this.#holders.set(person, (this.#holders.get(person) ?? 0) + 1)
    return person
  }

  #release(person: InboxPerson): void {
    const holders = (this.#holders.get(person) ?? 1) - 1
    this.#holders.set(person, holders)
    if (holders > 0) return
    this.#holders.delete(person)
    this.#people.delete(person.userId)
    for (const room of person.rooms.values()) this.#withdraw(person, room)
    if (this.#people.size === 0) this.#comparison.end()
  }

  #withdraw({ userId }: InboxPerson, room: InboxRoom): void {
    room.remove(userId)
    if (room.isEmpty) this.#rooms.delete(room.roomId)
  }

  /** True when the room's member set is of another version than the person's reading. */
  #enter(person: InboxPerson, position: RoomPosition): boolean {
    const { roomId, membersVersion } = position
    const room = this.#rooms.get(roomId) ?? this.#openRoom(position)
    person.added(room)
    return room.membersVersion !== membersVersion
  }

  #openRoom(position: RoomPosition): InboxRoom {
    const { reads, log } = this.#deps
    const room = new InboxRoom({
      position,
      reads,
      audienceOf: (userId) => this.#people.get(userId),
      log,
    })
    this.#rooms.set(room.roomId, room)
    return room
  }

  async #listen(): Promise<void> {
    this.#comparison.begin()
    this.#listening ??= this.#subscribe()
    try {
      await this.#listening
    } catch (error) {
      this.#listening = undefined
      throw error
    }
  }

  #subscribe(): Promise<readonly PubSubSubscription[]> {
    const { pubsub } = this.#deps
    const onGap = () => this.#compareAll()
    return Promise.all([
      pubsub.subscribe(inboxRoomsTopic, (published) => this.#acceptOfRoom(published), { onGap }),
      pubsub.subscribe(inboxPeopleTopic, (published) => this.#acceptOfPerson(published)),
    ])
  }

  #acceptOfRoom(published: unknown): void {
    const parsed = parseInboxRoomHint(published)
    if (!parsed) return
    const { roomId, hint } = parsed
    this.#rooms.get(roomId)?.accept(hint)
    if (hint.kind !== 'members') return
    for (const userId of hint.joined) this.#bring(userId, roomId)
    this.#dropIfEmpty(roomId)
  }

  #acceptOfPerson(published: unknown): void {
    const hint = parsePersonalHint(published)
    const person = hint && this.#people.get(hint.userId)
    if (person) this.#tell(person, hint)
  }

  #tell(person: InboxPerson, hint: PersonalHint): void {
    if (hint.kind === 'read') person.read(hint.roomId)
    else if (hint.kind === 'invitations') person.invited()
    else {
      if (hint.kind === 'room') person.renewed(hint.roomId)
      this.#logFailure(this.#attend([person.userId]))
    }
  }

  /** Somebody who listens here has come into a room. */
  #bring(userId: string, roomId: string): void {
    if (this.#people.has(userId)) this.#logFailure(this.#read(userId, roomId))
  }

  async #read(userId: string, roomId: string): Promise<void> {
    const [position] = await this.#deps.reads.rooms.positionsForMembers([{ roomId, userId }])
    const person = this.#people.get(userId)
    if (!position || !person) return
    if (this.#enter(person, position)) await this.#rooms.get(roomId)?.catchUp()
  }

  async #attend(userIds: readonly string[]): Promise<void> {
    for (const row of await this.#deps.reads.attention.ofPeople(userIds)) {
      this.#people.get(row.userId)?.attend(row)
    }
  }

  #compareAll(): void {
    this.#logFailure(this.#comparePart([...this.#rooms.keys()], [...this.#people.keys()]))
  }

  #compare(): Promise<void> {
    return this.#comparePart(
      this.#roomRounds.next([...this.#rooms.keys()]),
      this.#peopleRounds.next([...this.#people.keys()]),
    )
  }

  async #comparePart(roomIds: readonly string[], userIds: readonly string[]): Promise<void> {
    const { reads } = this.#deps
    for (const position of await reads.rooms.positions(roomIds)) {
      this.#rooms.get(position.roomId)?.compare(position)
    }
    for (const { userId, roomIds: present } of await reads.inboxes.roomsOf(userIds)) {
      const rooms = this.#people.get(userId)?.rooms
      for (const roomId of present) if (!rooms?.has(roomId)) this.#bring(userId, roomId)
    }
    await this.#attend(userIds)
    for (const roomId of roomIds) this.#dropIfEmpty(roomId)
  }

  #dropIfEmpty(roomId: string): void {
    if (this.#rooms.get(roomId)?.isEmpty) this.#rooms.delete(roomId)
  }

  #logFailure(work: Promise<void>): void {
    work.catch((err: unknown) => {
      this.#deps.log.warn({ err }, 'inboxes could not be read; they will be again')
    })
  }
}
