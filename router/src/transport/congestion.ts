import type { Writable } from 'node:stream'

export interface CongestionOptions {
  /** How long a peer may take to read what was sent before it counts as stalled. */
  readonly stallMs: number
  readonly onStall: () => void
}

/**
 * Tells a producer when to wait for a slow peer. Once Node's write buffer is full (64 KiB) nothing more should be
 * produced for it; a peer that does not empty the buffer in time is given up.
 */
export class Congestion {
  readonly #stream: Writable
  readonly #options: CongestionOptions
  #drained: Promise<void> | undefined

  constructor(stream: Writable, options: CongestionOptions) {
    this.#stream = stream
    this.#options = options
  }

  /** Undefined when more can be written now; otherwise settles when the buffer is empty or the peer is gone. */
  wait(): Promise<void> | undefined {
    if (!this.#stream.writableNeedDrain || this.#stream.destroyed) return undefined
    this.#drained ??= this.#waitOnce().finally(() => {
      this.#drained = undefined
    })
    return this.#drained
  }

  #waitOnce(): Promise<void> {
    const stream = this.#stream
    const { stallMs, onStall } = this.#options
    return new Promise((resolve) => {
      const stall = setTimeout(onStall, stallMs).unref()
      const settle = () => {
        clearTimeout(stall)
        stream.off('drain', settle)
        stream.off('close', settle)
        resolve()
      }
      stream.on('drain', settle)
      stream.on('close', settle)
    })
  }
}
