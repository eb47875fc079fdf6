import type { MessageRow } from '../messages/message.entity.ts'
import type { InboxReads, RoomPlace } from './inbox.repository.ts'
import type { InboxPlace } from './inbox-event.ts'
import type { InboxPerson } from './inbox-person.ts'

export interface MissedRoomsDeps {
  readonly reads: Pick<InboxReads, 'missed' | 'missedChanges'>
  readonly person: Pick<InboxPerson, 'userId' | 'rooms'>
}

export interface Missed {
  readonly messages: readonly MessageRow[]
  readonly changes: readonly MessageRow[]
}

/** Rooms, and messages or changes of each, that one reading covers. */
const roomsAtOnce = 20
const perRoom = 50

/** The rooms in which one reader is not where this process is, and how far the reader has come in them. */
export class MissedRooms {
  readonly #deps: MissedRoomsDeps
  readonly #places = new Map<string, InboxPlace>()
  /** Rooms in which something is to be read. */
  readonly #behind = new Set<string>()
  /** What has changed while the database was being read, by id. */
  #changedMeanwhile: Map<string, MessageRow> | undefined

  constructor(deps: MissedRoomsDeps) {
    this.#deps = deps
  }

  get isEmpty(): boolean {
    return this.#behind.size === 0
  }

  /** The reader has come so far at least. */
  startAt(roomId: string, { sequence, change }: InboxPlace): void {
    const before = this.#places.get(roomId) ?? { sequence: 0, change: 0 }
    this.#places.set(roomId, {
      sequence: Math.max(before.sequence, sequence),
      change: Math.max(before.change, change),
    })
    this.#settle(roomId)
  }

  forget(roomId: string): void {
    this.#places.delete(roomId)
    this.#behind.delete(roomId)
  }

  /** Whether the reader gets this now: not when they have had it, nor when it will be read with what they have missed. */
  passes(roomId: string, { sequence, change }: Partial<InboxPlace>): boolean {
    const place = this.#places.get(roomId)
    if (!place) return true
    if (this.#behind.has(roomId)) return false
    return (sequence ?? 0) > place.sequence || (change ?? 0) > place.change
  }

  changed(message: MessageRow): void {
    this.#changedMeanwhile?.set(message.id, message)
  }

  /** Reads a part of what was missed. What this process knew when the reading began has then been read, or is still missed. */
  async read(): Promise<Missed> {
    const { reads, person } = this.#deps
    const places = this.#nextPlaces()
    const heads = new Map(places.map(({ roomId }) => [roomId, this.#headOf(roomId)]))
    const meanwhile = new Map<string, MessageRow>()
    this.#changedMeanwhile = meanwhile
    try {
      const messages = await reads.missed(person.userId, places, perRoom)
      const changes = await reads.missedChanges(person.userId, places, perRoom)
      for (const { roomId, ...from } of places) {
        const head = heads.get(roomId)
        // Somebody who has left has missed nothing more.
        if (!this.#places.has(roomId) || !head) continue
        const sequence = reached(
          ofRoom(messages, roomId),
          { from: from.sequence, head: head.sequence },
          sequenceOf,
        )
        const change = reached(
          ofRoom(changes, roomId),
          { from: from.change, head: head.change },
          changeOf,
        )
        this.startAt(roomId, { sequence, change })
      }
      const latest = (message: MessageRow) => meanwhile.get(message.id) ?? message
      return { messages: messages.map(latest), changes: changes.map(latest) }
    } finally {
      this.#changedMeanwhile = undefined
    }
  }

  #nextPlaces(): RoomPlace[] {
    return [...this.#behind].slice(0, roomsAtOnce).flatMap((roomId) => {
      const place = this.#places.get(roomId)
      return place ? [{ roomId, ...place }] : []
    })
  }

  #settle(roomId: string): void {
    const place = this.#places.get(roomId)
    const head = this.#headOf(roomId)
    const isLive = head?.sequence === place?.sequence && head?.change === place?.change
    // What comes from now on comes in order by itself.
    if (!place || !head || isLive) this.forget(roomId)
    else if (head.sequence > place.sequence || head.change > place.change) this.#behind.add(roomId)
    else this.#behind.delete(roomId)
  }

  #headOf(roomId: string): InboxPlace | undefined {
    const room = this.#deps.person.rooms.get(roomId)
    return room && { sequence: room.sequence, change: room.change }
  }
}

function ofRoom(messages: readonly MessageRow[], roomId: string): MessageRow[] {
  return messages.filter((message) => message.roomId === roomId)
}

function sequenceOf(message: MessageRow): number {
  return message.sequence
}

function changeOf(message: MessageRow): number {
  return message.changed
}

/** A short answer was the whole of it, up to where the process was at least; what others must not see is left out of it. */
function reached(
  read: readonly MessageRow[],
  { from, head }: { readonly from: number; readonly head: number },
  numberOf: (message: MessageRow) => number,
): number {
  const last = Math.max(from, ...read.map(numberOf))
  return read.length === perRoom ? last : Math.max(last, head)
}
