import type { Logger } from '@gravity/shared/log/logger'
import type { MessageRow } from '../messages/message.entity.ts'
import type { MessageReads } from '../messages/message.repository.ts'
import type { RoomPosition, RoomReads } from '../rooms/room.repository.ts'
import { MessageWindow } from './message-window.ts'
import { type MembersHint, type MessageHint, parseRoomHint } from './room-hints.ts'

export interface RoomFeedDeps {
  readonly roomId: string
  readonly reads: {
    readonly rooms: Pick<RoomReads, 'audience'>
    readonly messages: Pick<MessageReads, 'after' | 'latest'>
  }
  readonly log: Logger
}

/** Whoever waits for a feed to move. */
export interface FeedListener {
  /** There may be another message, or another member set, or the feed has ended. */
  feedMoved(): void
}

/** Messages that a feed keeps: a subscriber that is further behind reads the database. */
export const windowSize = 100

/** Messages that one statement reads. */
const batchSize = 100

/**
 * One room as this process hears it: its latest messages in order, and its member set. It moves by hints when they come
 * in order, and reads the database when one is missing; all subscribers share it.
 *
 * A message appears only after the member set that was in force when it was sent is known: whoever left before it was
 * sent is then no member, in whatever order the hints arrived.
 */
export class RoomFeed {
  readonly #deps: RoomFeedDeps
  readonly #window = new MessageWindow(windowSize)
  readonly #listeners = new Set<FeedListener>()
  /** Hints that came while the database was being read, by sequence. */
  readonly #hinted = new Map<number, MessageHint>()
  readonly #replays = new Map<number, Promise<MessageRow[]>>()
  #members = new Set<string>()
  /** 0 until the room has been read for the first time. */
  #membersVersion = 0
  #stale = false
  #reading: Promise<void> | undefined
  #ended = false

  constructor(deps: RoomFeedDeps) {
    this.#deps = deps
  }

  get roomId(): string {
    return this.#deps.roomId
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Below this sequence `after` cannot answer and `replay` must. */
  get floor(): number {
    return this.#window.floor
  }

  isMember(userId: string): boolean {
    return this.#members.has(userId)
  }

  /** The first message after a sequence that is not below the floor; undefined when there is none yet. */
  after(sequence: number): MessageRow | undefined {
    return this.#window.after(sequence)
  }

  /** Messages after a sequence below the floor, from the database; subscribers that ask for the same share the answer. */
  replay(sequence: number): Promise<MessageRow[]> {
    const running = this.#replays.get(sequence)
    if (running) return running
    const replay = this.#readReplay(sequence).finally(() => this.#replays.delete(sequence))
    this.#replays.set(sequence, replay)
    return replay
  }

  join(listener: FeedListener): void {
    this.#listeners.add(listener)
  }

  leave(listener: FeedListener): void {
    this.#listeners.delete(listener)
  }

  /** Sends all subscribers away: the process stops. */
  end(): void {
    this.#ended = true
    this.#moved()
  }

  /** Takes what was published on the room's topic. */
  accept(published: unknown): void {
    const hint = parseRoomHint(published)
    if (hint?.kind === 'message') this.#acceptMessage(hint)
    else if (hint?.kind === 'members') this.#acceptMembers(hint)
    else this.#deps.log.warn({ roomId: this.roomId }, 'a hint that cannot be read was ignored')
  }

  /** Resolves when the feed knows the member set that a reader of the database has seen. */
  async reach(position: RoomPosition): Promise<void> {
    if (position.membersVersion > this.#membersVersion) await this.catchUp()
    else this.compare(position)
  }

  /** Reads what is missing when the room has come further than the feed. */
  compare(position: RoomPosition): void {
    if (
      position.latestSequence > this.#window.head ||
      position.membersVersion > this.#membersVersion
    ) {
      this.catchUpSoon()
    }
  }

  /** `catchUp` for those who cannot wait: when it fails, the next comparison tries again. */
  catchUpSoon(): void {
    this.catchUp().catch((err: unknown) => {
      this.#deps.log.warn(
        { err, roomId: this.roomId },
        'a room’s feed could not be read; it will be again',
      )
    })
  }

  /** Resolves when everything committed before the call is in the feed. Calls that come together share the reading. */
  catchUp(): Promise<void> {
    this.#stale = true
    this.#reading ??= this.#readUntilFresh()
    return this.#reading
  }

  async #readUntilFresh(): Promise<void> {
    try {
      while (this.#stale) {
        this.#stale = false
        // They were published after their commit, so the reading that begins now will find them.
        this.#hinted.clear()
        await this.#read()
        this.#moved()
      }
    } finally {
      this.#reading = undefined
    }
  }

  async #read(): Promise<void> {
    const { reads, roomId } = this.#deps
    const first = this.#membersVersion === 0
    const messages = first
      ? await reads.messages.latest(roomId, windowSize)
      : await reads.messages.after(roomId, this.#window.head, batchSize)
    // Read after the messages, so the member set is at least as new as each of them.
    const audience = await reads.rooms.audience(roomId)
    this.#members = new Set(audience?.memberIds)
    this.#membersVersion = audience?.membersVersion ?? this.#membersVersion
    if (first) {
      const oldest = messages.length < windowSize ? undefined : messages[0]
      this.#window.begin(messages, oldest ? oldest.sequence - 1 : 0)
    } else {
      for (const message of messages) this.#window.push(message)
      if (messages.length === batchSize) this.#stale = true
    }
    this.#takeHinted()
  }

  /** Hints that came during a reading follow it when they are in order; otherwise there is more to read. */
  #takeHinted(): void {
    for (;;) {
      const next = this.#hinted.get(this.#window.head + 1)
      if (!next || next.membersVersion > this.#membersVersion) break
      this.#window.push(next.message)
    }
    for (const sequence of this.#hinted.keys()) {
      if (sequence > this.#window.head) this.#stale = true
    }
  }

  #acceptMessage(hint: MessageHint): void {
    const { sequence } = hint.message
    if (sequence <= this.#window.head) return
    if (this.#reading) {
      if (this.#hinted.size < batchSize) this.#hinted.set(sequence, hint)
      else this.#stale = true
    } else if (sequence === this.#window.head + 1 && hint.membersVersion <= this.#membersVersion) {
      this.#window.push(hint.message)
      this.#moved()
    } else {
      this.catchUpSoon()
    }
  }

  #acceptMembers(hint: MembersHint): void {
    if (hint.membersVersion <= this.#membersVersion) return
    if (this.#reading || hint.membersVersion !== this.#membersVersion + 1) {
      this.catchUpSoon()
      return
    }
    for (const userId of hint.joined) this.#members.add(userId)
    for (const userId of hint.left) this.#members.delete(userId)
    this.#membersVersion = hint.membersVersion
    this.#moved()
  }

  async #readReplay(sequence: number): Promise<MessageRow[]> {
    const messages = await this.#deps.reads.messages.after(this.roomId, sequence, batchSize)
    // What is newer than the feed may be newer than the member set that it checks.
    return messages.filter((message) => message.sequence <= this.#window.head)
  }

  #moved(): void {
    for (const listener of this.#listeners) listener.feedMoved()
  }
}
