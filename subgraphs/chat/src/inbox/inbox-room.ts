import type { Logger } from '@gravity/shared/log/logger'
import type { ChangeHint, MembersHint, MessageHint, RoomHint } from '../live/room-hints.ts'
import type { MessageRow } from '../messages/message.entity.ts'
import type { MessageReads } from '../messages/message.repository.ts'
import type { RoomPosition } from '../rooms/room.repository.ts'
import type { InboxReads } from './inbox.repository.ts'

/** Whoever hands out what a room tells to the inboxes of one person. */
export interface InboxAudience {
  sent(message: MessageRow): void
  changed(message: MessageRow): void
  renewed(roomId: string): void
  removed(roomId: string): void
}

export interface InboxRoomDeps {
  readonly position: RoomPosition
  readonly reads: {
    readonly messages: Pick<MessageReads, 'after' | 'changedAfter'>
    readonly inboxes: Pick<InboxReads, 'audienceAmong'>
  }
  readonly audienceOf: (userId: string) => InboxAudience | undefined
  readonly log: Logger
}

const batchSize = 100

/**
 * A room as far as it concerns the open inboxes of this process: how far it has come, and which of their people are
 * members. It keeps no messages. Like a `RoomFeed` it moves by hints that come in order, reads the database when one is
 * missing, and tells a message only after the member set that was in force when it was sent is known.
 */
export class InboxRoom {
  readonly #deps: InboxRoomDeps
  readonly #members = new Set<string>()
  #sequence: number
  #change: number
  #membersVersion: number
  #stale = false
  #reading: Promise<void> | undefined

  constructor(deps: InboxRoomDeps) {
    this.#deps = deps
    this.#sequence = deps.position.latestSequence
    this.#change = deps.position.latestChange
    this.#membersVersion = deps.position.membersVersion
  }

  get roomId(): string {
    return this.#deps.position.roomId
  }

  get sequence(): number {
    return this.#sequence
  }

  get change(): number {
    return this.#change
  }

  get membersVersion(): number {
    return this.#membersVersion
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  add(userId: string): void {
    this.#members.add(userId)
  }

  remove(userId: string): void {
    this.#members.delete(userId)
  }

  accept(hint: RoomHint): void {
    if (hint.kind === 'message') this.#acceptMessage(hint)
    else if (hint.kind === 'change') this.#acceptChange(hint)
    else if (hint.kind === 'members') this.#acceptMembers(hint)
    else if (hint.kind === 'room') this.#renew()
  }

  /** Reads what is missing when the room has come further than this. */
  compare(position: RoomPosition): void {
    if (
      position.latestSequence > this.#sequence ||
      position.latestChange > this.#change ||
      position.membersVersion > this.#membersVersion
    ) {
      this.catchUpSoon()
    }
  }

  catchUpSoon(): void {
    this.catchUp().catch((err: unknown) => {
      this.#deps.log.warn({ err, roomId: this.roomId }, 'an inbox room could not be read; it will')
    })
  }

  /** Resolves when everything committed before the call has been told. Calls that come together share the reading. */
  catchUp(): Promise<void> {
    this.#stale = true
    this.#reading ??= this.#readUntilFresh()
    return this.#reading
  }

  async #readUntilFresh(): Promise<void> {
    try {
      while (this.#stale) {
        this.#stale = false
        await this.#read()
      }
    } finally {
      this.#reading = undefined
    }
  }

  async #read(): Promise<void> {
    const { reads } = this.#deps
    const messages = await reads.messages.after(this.roomId, this.#sequence, batchSize)
    const changes = await reads.messages.changedAfter(this.roomId, this.#change, batchSize)
    // Read last, so that the member set is at least as new as each message.
    const asked = [...this.#members]
    const audience = await reads.inboxes.audienceAmong(this.roomId, asked)
    const present = new Set(audience?.memberIds)
    for (const userId of asked) if (!present.has(userId)) this.#expel(userId)
    const before = this.#membersVersion
    this.#membersVersion = Math.max(before, audience?.membersVersion ?? 0)
    if (this.#membersVersion > before) this.#renew()
    for (const message of messages) this.#send(message)
    for (const message of changes) this.#changeTo(message)
    if (messages.length === batchSize || changes.length === batchSize) this.#stale = true
  }

  #acceptMessage({ message, membersVersion }: MessageHint): void {
    if (message.sequence <= this.#sequence) return
    const follows = message.sequence === this.#sequence + 1
    if (this.#reading || !follows || membersVersion > this.#membersVersion) this.catchUpSoon()
    else this.#send(message)
  }

  #acceptChange({ message, membersVersion }: ChangeHint): void {
    if (message.changed <= this.#change) return
    const follows =
      message.changed === this.#change + 1 &&
      message.sequence <= this.#sequence &&
      membersVersion <= this.#membersVersion
    if (this.#reading || !follows) this.catchUpSoon()
    else this.#changeTo(message)
  }

  #acceptMembers({ membersVersion, left }: MembersHint): void {
    if (membersVersion <= this.#membersVersion) return
    if (this.#reading || membersVersion !== this.#membersVersion + 1) {
      this.catchUpSoon()
      return
    }
    this.#membersVersion = membersVersion
    for (const userId of left) this.#expel(userId)
    this.#renew()
  }

  #send(message: MessageRow): void {
    if (message.sequence <= this.#sequence) return
    this.#sequence = message.sequence
    for (const userId of this.#members) this.#deps.audienceOf(userId)?.sent(message)
  }

  #changeTo(message: MessageRow): void {
    if (message.changed <= this.#change) return
    this.#change = message.changed
    for (const userId of this.#members) this.#deps.audienceOf(userId)?.changed(message)
  }

  #renew(): void {
    for (const userId of this.#members) this.#deps.audienceOf(userId)?.renewed(this.roomId)
  }

  #expel(userId: string): void {
    if (this.#members.delete(userId)) this.#deps.audienceOf(userId)?.removed(this.roomId)
  }
}
