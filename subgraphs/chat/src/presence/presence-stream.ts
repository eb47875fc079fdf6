import { PulledStream } from '../live/pulled-stream.ts'
import type { PresenceBoard } from './presence-board.ts'

export interface PresenceStreamOptions {
  readonly board: Pick<PresenceBoard, 'watch'>
  /** Whether the reader asked for this person; in memory, for it is asked at every change of anybody. */
  readonly isWanted: (userId: string) => boolean
  /** Whether the reader may see them, at the moment of delivery. */
  readonly maySee: (userId: string) => Promise<boolean>
  /** The reader has lost what they asked for. */
  readonly isOver: () => boolean
  readonly release: () => void
}

/** Changes of presence for one reader: each person at most once while the reader is slow, as they are then. */
export class PresenceStream extends PulledStream<string> {
  readonly #options: PresenceStreamOptions
  readonly #changed = new Set<string>()
  readonly #stopWatching: () => void
  #ready: string[] = []

  constructor(options: PresenceStreamOptions) {
    super()
    this.#options = options
    this.#stopWatching = options.board.watch((userId) => {
      if (!options.isWanted(userId)) return
      this.#changed.add(userId)
      this.moved()
    })
  }

  /** There may be something to do: what the reader asked for has changed. */
  feedMoved(): void {
    if (this.#options.isOver()) this.moved()
  }

  protected override take(): string | undefined {
    if (this.#options.isOver()) {
      this.end()
      return undefined
    }
    return this.#ready.shift()
  }

  protected override fetch(): Promise<void> | undefined {
    return this.#changed.size === 0 ? undefined : this.#lookAtChanged()
  }

  protected override letGo(): void {
    this.#stopWatching()
    this.#ready = []
    this.#options.release()
  }

  async #lookAtChanged(): Promise<void> {
    const changed = [...this.#changed]
    this.#changed.clear()
    const seen = await Promise.all(changed.map((userId) => this.#options.maySee(userId)))
    this.#ready.push(...changed.filter((_, index) => seen[index]))
  }
}
