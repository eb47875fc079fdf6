import type { MemberReceipt } from '../receipts/read-marker.repository.ts'

/**
 * Terminology
 * - Signal: news of a room that only counts while it is new: who is writing, how far somebody has read. Nothing is
 *   replayed; whoever was away reads the room.
 */

export interface TypingSignal {
  /** Everybody who is writing now, in the order in which they began. */
  readonly userIds: readonly string[]
}

/** The room is not what it was: who shows it reads it again. */
export interface RoomSignal {
  readonly roomId: string
}

export interface Signals {
  readonly room: RoomSignal
  readonly receipt: MemberReceipt
  readonly typing: TypingSignal
}

/** A signal takes the place of an earlier one of the same key that was not delivered yet. */
export type SignalListener<Kind extends keyof Signals> = (
  key: string,
  signal: Signals[Kind],
) => void

/** How long somebody counts as writing who does not say so again. */
export const typingLastsMs = 8_000

/** The signals of one room in this process. */
export class RoomSignals {
  readonly #receipts = new Set<SignalListener<'receipt'>>()
  readonly #rooms = new Set<SignalListener<'room'>>()
  readonly #typing = new Set<SignalListener<'typing'>>()
  readonly #writing = new Map<string, NodeJS.Timeout>()

  onReceipt(listener: SignalListener<'receipt'>): () => void {
    this.#receipts.add(listener)
    return () => this.#receipts.delete(listener)
  }

  /** Begins with who is writing already, if anybody is. */
  onTyping(listener: SignalListener<'typing'>): () => void {
    this.#typing.add(listener)
    if (this.#writing.size > 0) listener('typing', this.#whoIsWriting())
    return () => this.#typing.delete(listener)
  }

  onRoom(listener: SignalListener<'room'>): () => void {
    this.#rooms.add(listener)
    return () => this.#rooms.delete(listener)
  }

  change(roomId: string): void {
    for (const listener of this.#rooms) listener('room', { roomId })
  }

  read(receipt: MemberReceipt): void {
    for (const listener of this.#receipts) listener(receipt.userId, receipt)
  }

  write(userId: string): void {
    const before = this.#writing.get(userId)
    clearTimeout(before)
    const timer = setTimeout(() => this.pause(userId), typingLastsMs).unref()
    this.#writing.set(userId, timer)
    if (before === undefined) this.#tellWriting()
  }

  /** They write no longer, have sent what they wrote, or have left. */
  pause(userId: string): void {
    const timer = this.#writing.get(userId)
    if (timer === undefined) return
    clearTimeout(timer)
    this.#writing.delete(userId)
    this.#tellWriting()
  }

  #tellWriting(): void {
    const signal = this.#whoIsWriting()
    for (const listener of this.#typing) listener('typing', signal)
  }

  #whoIsWriting(): TypingSignal {
    return { userIds: [...this.#writing.keys()] }
  }
}
