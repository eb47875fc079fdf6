import { FeedStream, type FeedStreamOptions } from './feed-stream.ts'
import type { RoomSignals, SignalListener, Signals } from './room-signals.ts'

export interface SignalStreamOptions<Kind extends keyof Signals> extends FeedStreamOptions {
  readonly listen: (signals: RoomSignals, listener: SignalListener<Kind>) => () => void
}

/** One member's signals of one room. A slow reader gets the latest of each key: at most one per member is kept. */
export class SignalStream<Kind extends keyof Signals> extends FeedStream<Signals[Kind]> {
  readonly #waiting = new Map<string, Signals[Kind]>()
  readonly #stop: () => void

  constructor(options: SignalStreamOptions<Kind>) {
    super(options)
    this.#stop = options.listen(this.feed.signals, (key, signal) => {
      this.#waiting.delete(key)
      this.#waiting.set(key, signal)
      this.feedMoved()
    })
  }

  protected override takeForMember(): Signals[Kind] | undefined {
    for (const [key, signal] of this.#waiting) {
      this.#waiting.delete(key)
      return signal
    }
    return undefined
  }

  protected override letGo(): void {
    super.letGo()
    this.#stop()
    this.#waiting.clear()
  }
}
