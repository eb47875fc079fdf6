import type { Logger } from '@gravity/shared/log/logger'
import type { MessageRow } from '../messages/message.entity.ts'
import type { MessageReads } from '../messages/message.repository.ts'
import type { RoomAudience, RoomPosition, RoomReads } from '../rooms/room.repository.ts'
import { FeedTrack } from './feed-track.ts'
import {
  type ChangeHint,
  type MembersHint,
  type MessageHint,
  parseRoomHint,
  type RemovalHint,
  type TypingHint,
} from './room-hints.ts'
import { RoomSignals } from './room-signals.ts'

export interface RoomFeedDeps {
  readonly roomId: string
  readonly reads: {
    readonly rooms: Pick<RoomReads, 'audience'>
    readonly messages: Pick<MessageReads, 'after' | 'latest' | 'changedAfter' | 'latestChanged'>
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
 * One room as this process hears it: its latest messages in order, its latest changes in order, and its member set. It
 * moves by hints when they come in order, and reads the database when one is missing; all subscribers share it.
 *
 * A message appears only after the member set that was in force when it was sent is known: whoever left before it was
 * sent is then no member, in whatever order the hints arrived. A message that has changed is nowhere kept as it was.
 */
export class RoomFeed {
  readonly messages: FeedTrack
  readonly changes: FeedTrack
  readonly signals = new RoomSignals()
  readonly #deps: RoomFeedDeps
  readonly #listeners = new Set<FeedListener>()
  /** Hints that came while the database was being read, by sequence. */
  readonly #hinted = new Map<number, MessageHint>()
  /** Who is a member, and after which sequence they may hear the room. */
  #members = new Map<string, number>()
  /** 0 until the room has been read for the first time. */
  #membersVersion = 0
  /** What is known of messages that were removed because they were old. */
  #removed = { removals: 0, through: 0, change: 0 }
  /** The windows may hold messages that are no longer there. */
  #isOutdated = false
  #stale = false
  #reading: Promise<void> | undefined
  #ended = false

  constructor(deps: RoomFeedDeps) {
    this.#deps = deps
    const { messages } = deps.reads
    this.messages = new FeedTrack({
      order: 'sequence',
      size: windowSize,
      read: (after) => messages.after(deps.roomId, after, batchSize),
    })
    this.changes = new FeedTrack({
      order: 'changed',
      size: windowSize,
      read: (after) => messages.changedAfter(deps.roomId, after, batchSize),
    })
  }

  get roomId(): string {
    return this.#deps.roomId
  }

  get ended(): boolean {
    return this.#ended
  }

  isMember(userId: string): boolean {
    return this.#members.has(userId)
  }

  /** The sequence after which somebody may hear the room; undefined for who is no member. */
  visibleAfter(userId: string): number | undefined {
    return this.#members.get(userId)
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
    else if (hint?.kind === 'change') this.#acceptChange(hint)
    else if (hint?.kind === 'members') this.#acceptMembers(hint)
    else if (hint?.kind === 'receipt') this.signals.read(hint)
    else if (hint?.kind === 'room') this.signals.change(this.roomId)
    else if (hint?.kind === 'removal') this.#acceptRemoval(hint)
    else if (hint?.kind === 'typing') this.#acceptTyping(hint)
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
      position.latestSequence > this.messages.head ||
      position.latestChange > this.changes.head ||
      position.membersVersion > this.#membersVersion ||
      position.removals > this.#removed.removals
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
    const first = this.#membersVersion === 0 || this.#isOutdated
    const { through, change } = this.#removed
    const messages = first
      ? await reads.messages.latest(roomId, windowSize)
      : await reads.messages.after(roomId, this.messages.head, batchSize)
    // Read after the messages, so that none of them is put into the window as it was before a change that is known.
    const changes = first
      ? await reads.messages.latestChanged(roomId, windowSize)
      : await reads.messages.changedAfter(roomId, this.changes.head, batchSize)
    // Read last, so that the member set is at least as new as each of them.
    const audience = await reads.rooms.audience(roomId)
    this.#isOutdated = false
    this.#takeAudience(audience)
    if (first) {
      this.messages.begin(messages)
      this.changes.begin(changes)
      for (const change of changes) this.messages.replace(change)
    } else {
      for (const message of messages) this.messages.push(message)
      for (const change of changes) this.#pushChange(change)
      if (messages.length === batchSize || changes.length === batchSize) this.#stale = true
    }
    // What was known to be removed before the reading began will not come any more: the tracks go on behind it.
    if (first || messages.length < batchSize) this.messages.passTo(through)
    if (first || changes.length < batchSize) this.changes.passTo(change)
    this.#takeHinted()
  }

  #takeAudience(audience: RoomAudience | undefined): void {
    const { memberIds = [], visibleAfter = [], removals = 0 } = audience ?? {}
    const before = this.#membersVersion
    this.#members = new Map(memberIds.map((id, index) => [id, visibleAfter[index] ?? 0]))
    this.#membersVersion = audience?.membersVersion ?? before
    if (before > 0 && this.#membersVersion > before) this.signals.change(this.roomId)
    if (!audience || removals <= this.#removed.removals) return
    // What has been read may be gone: the windows begin anew.
    this.#removed = { removals, through: audience.removedThrough, change: audience.removedChange }
    this.#isOutdated = true
    this.#stale = true
    this.messages.forgetReplays()
    this.changes.forgetReplays()
  }

  #acceptRemoval({ removals }: RemovalHint): void {
    if (removals > this.#removed.removals) this.catchUpSoon()
  }

  /** Hints that came during a reading follow it when they are in order; otherwise there is more to read. */
  #takeHinted(): void {
    for (;;) {
      const next = this.#hinted.get(this.messages.head + 1)
      if (!next || next.membersVersion > this.#membersVersion) break
      this.messages.push(next.message)
    }
    for (const sequence of this.#hinted.keys()) {
      if (sequence > this.messages.head) this.#stale = true
    }
  }

  #acceptTyping({ userId, isTyping }: TypingHint): void {
    if (isTyping && this.isMember(userId)) this.signals.write(userId)
    else this.signals.pause(userId)
  }

  #acceptMessage(hint: MessageHint): void {
    const { sequence, authorId } = hint.message
    this.signals.pause(authorId)
    if (sequence <= this.messages.head) return
    if (this.#reading) {
      if (this.#hinted.size < batchSize) this.#hinted.set(sequence, hint)
      else this.#stale = true
    } else if (sequence === this.messages.head + 1 && hint.membersVersion <= this.#membersVersion) {
      this.messages.push(hint.message)
      this.#moved()
    } else {
      this.catchUpSoon()
    }
  }

  #acceptChange({ message, membersVersion }: ChangeHint): void {
    if (message.changed <= this.changes.head) return
    const follows =
      message.changed === this.changes.head + 1 &&
      message.sequence <= this.messages.head &&
      membersVersion <= this.#membersVersion
    if (this.#reading || !follows) {
      // What was hinted before may be the message as it was.
      this.#hinted.clear()
      this.catchUpSoon()
      return
    }
    this.#pushChange(message)
    this.#moved()
  }

  #acceptMembers(hint: MembersHint): void {
    if (hint.membersVersion <= this.#membersVersion) return
    if (this.#reading || hint.membersVersion !== this.#membersVersion + 1) {
      this.catchUpSoon()
      return
    }
    for (const userId of hint.joined) this.#members.set(userId, hint.visibleAfter)
    for (const userId of hint.left) {
      this.#members.delete(userId)
      this.signals.pause(userId)
    }
    this.#membersVersion = hint.membersVersion
    this.signals.change(this.roomId)
    this.#moved()
  }

  #pushChange(message: MessageRow): void {
    this.changes.remove(message.id)
    this.changes.push(message)
    this.messages.replace(message)
    // Replays in flight may hold it as it was.
    this.messages.forgetReplays()
    this.changes.forgetReplays()
  }

  #moved(): void {
    for (const listener of this.#listeners) listener.feedMoved()
  }
}
