import { silentLog } from '@gravity/shared/testing/silent-log'
import { MessageStream } from '../src/live/message-stream.ts'
import { RoomFeed } from '../src/live/room-feed.ts'
import { asSent, type MessageRow } from '../src/messages/message.entity.ts'

const roomId = '0199e7a0-1111-7abc-8def-000000000000'
export const alice = '0199e7a0-1111-7abc-8def-00000000000a'
export const bob = '0199e7a0-1111-7abc-8def-00000000000b'

/** A room that is stored in memory, with the statements counted that read it. */
export class StoredRoom {
  messages: MessageRow[] = []
  memberIds = [alice, bob]
  membersVersion = 1
  latestSequence = 0
  latestChange = 0
  readonly visibleAfter = new Map<string, number>()
  removed = { removals: 0, removedThrough: 0, removedChange: 0 }
  statements = 0
  away = false
  /** What happens elsewhere between the last statement of a reading and its answer. */
  afterRead: (() => void) | undefined

  readonly reads = {
    rooms: {
      audience: async () => {
        this.#count()
        const audience = {
          membersVersion: this.membersVersion,
          memberIds: [...this.memberIds],
          visibleAfter: this.memberIds.map((id) => this.visibleAfter.get(id) ?? 0),
          ...this.removed,
        }
        this.afterRead?.()
        return audience
      },
    },
    messages: {
      after: async (_roomId: string, sequence: number, limit: number) => {
        this.#count()
        return this.messages.filter((row) => row.sequence > sequence).slice(0, limit)
      },
      latest: async (_roomId: string, limit: number) => {
        this.#count()
        return this.messages.slice(-limit)
      },
      changedAfter: async (_roomId: string, change: number, limit: number) => {
        this.#count()
        return this.#changed()
          .filter((row) => row.changed > change)
          .slice(0, limit)
      },
      latestChanged: async (_roomId: string, limit: number) => {
        this.#count()
        return this.#changed().slice(-limit)
      },
    },
  }

  /** Commits a message and returns its hint. */
  send(body = 'hello') {
    const sequence = this.latestSequence + 1
    this.latestSequence = sequence
    const message = {
      ...asSent,
      id: `0199e7a0-2222-7abc-8def-${String(sequence).padStart(12, '0')}`,
      roomId,
      sequence,
      authorId: alice,
      clientMessageId: `client-${sequence}`,
      body,
      sentAt: new Date(1_790_000_000_000 + sequence),
    }
    this.messages.push(message)
    return {
      kind: 'message',
      membersVersion: this.membersVersion,
      message: { ...message, sentAt: message.sentAt.toISOString() },
    }
  }

  /** Commits that the message of a sequence says something else, or nothing more, and returns the hint. */
  change(sequence: number, body: string | null) {
    const index = this.messages.findIndex((row) => row.sequence === sequence)
    const before = this.messages[index]
    if (!before) throw new Error(`no message ${sequence}`)
    this.latestChange += 1
    const message = { ...before, body, changed: this.latestChange }
    this.messages[index] = message
    return {
      kind: 'change',
      membersVersion: this.membersVersion,
      message: { ...message, sentAt: message.sentAt.toISOString() },
    }
  }

  /** Commits that somebody left and returns the hint. */
  leave(userId: string) {
    this.memberIds = this.memberIds.filter((id) => id !== userId)
    this.membersVersion += 1
    return { kind: 'members', membersVersion: this.membersVersion, joined: [], left: [userId] }
  }

  /** Commits that somebody came, who reads what follows a sequence. */
  join(userId: string, visibleAfter: number): void {
    this.memberIds.push(userId)
    this.visibleAfter.set(userId, visibleAfter)
    this.membersVersion += 1
  }

  /** Commits that the messages up to a sequence are removed, but for those, and returns the hint. */
  remove(through: number, kept: readonly number[] = []) {
    const isGone = (row: MessageRow) => row.sequence <= through && !kept.includes(row.sequence)
    const gone = this.messages.filter(isGone)
    this.messages = this.messages.filter((row) => !isGone(row))
    const { removals, removedThrough, removedChange } = this.removed
    this.removed = {
      removals: removals + 1,
      removedThrough: Math.max(removedThrough, ...gone.map((row) => row.sequence)),
      removedChange: Math.max(removedChange, ...gone.map((row) => row.changed)),
    }
    return { kind: 'removal', removals: removals + 1 }
  }

  get position() {
    return {
      roomId,
      latestSequence: this.latestSequence,
      removals: this.removed.removals,
      latestChange: this.latestChange,
      membersVersion: this.membersVersion,
    }
  }

  #changed(): MessageRow[] {
    return this.messages
      .filter((row) => row.changed > 0)
      .sort((one, other) => one.changed - other.changed)
  }

  #count(): void {
    if (this.away) throw new Error('the database is away')
    this.statements += 1
  }
}

export async function openFeed(room: StoredRoom): Promise<RoomFeed> {
  const feed = new RoomFeed({ roomId, reads: room.reads, log: silentLog })
  await feed.catchUp()
  room.statements = 0
  return feed
}

/** Reads a stream into lists, from the next message on. */
export function follow(
  feed: RoomFeed,
  userId: string,
  from: number | { readonly changesAfter: number },
) {
  const isOfChanges = typeof from === 'object'
  const after = isOfChanges ? from.changesAfter : from
  const track = isOfChanges ? 'changes' : 'messages'
  let released = 0
  const lease = {
    feed,
    release: () => {
      released += 1
    },
  }
  const stream = new MessageStream({ lease, userId, after, track })
  const sequences: number[] = []
  const messages: MessageRow[] = []
  const reading = (async () => {
    for await (const message of stream) {
      sequences.push(message.sequence)
      messages.push(message)
    }
  })()
  return {
    stream,
    sequences,
    messages,
    reading,
    get released() {
      return released
    },
  }
}

export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}
