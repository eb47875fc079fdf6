import { LiveSocket, type LiveSocketOptions } from './live-socket.ts'
import type { SessionKeeper } from './session-keeper.ts'
import type { ClientSession } from './session-storage.ts'

/** How the sockets of a client are opened, and whose they are. */
export interface LiveConnectionOptions extends Omit<LiveSocketOptions, 'session' | 'onOver'> {
  readonly keeper: SessionKeeper
}

/** Timers of the platform hold a signed 32-bit number of milliseconds; a longer wait would end at once. */
const longestTimerMs = 2 ** 31 - 1

/** How soon a renewal is tried again that failed while the old token was still good. */
const renewAgainMs = 5_000

/**
 * The one socket that all subscriptions of a client share. Its token is renewed before it expires. Whenever the session
 * changes, by a renewal, a sign-in or a sign-out, the socket is retired and the next stream opens another one.
 */
export class LiveConnection {
  readonly #options: LiveConnectionOptions
  readonly #unlisten: () => void
  #socket: LiveSocket | undefined
  #opening: Promise<LiveSocket> | undefined
  #renewalTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: LiveConnectionOptions) {
    this.#options = options
    this.#unlisten = options.keeper.onChange(() => this.#socket?.retire())
  }

  /** The socket to stream on now. Throws what `SessionKeeper.fresh` throws when its token cannot be renewed. */
  async open(): Promise<LiveSocket> {
    if (this.#socket && !this.#socket.isOver) return this.#socket
    this.#opening ??= this.#openNext().finally(() => {
      this.#opening = undefined
    })
    return await this.#opening
  }

  close(): void {
    this.#unlisten()
    this.#socket?.retire()
  }

  async #openNext(): Promise<LiveSocket> {
    const { keeper, ...options } = this.#options
    const session = await keeper.fresh()
    const socket = new LiveSocket({
      ...options,
      session,
      onOver: () => clearTimeout(this.#renewalTimer),
    })
    this.#socket = socket
    if (session) this.#renewInTime(session, keeper.renewalDueInMs(session))
    return socket
  }

  #renewInTime(session: ClientSession, dueInMs: number | undefined): void {
    if (dueInMs === undefined) return
    const { keeper } = this.#options
    this.#renewalTimer = setTimeout(
      () => {
        const isDue = keeper.renewalDueInMs(session) === 0
        const renewal = isDue ? keeper.renew(session) : Promise.resolve(session)
        renewal.catch(() => {
          // The token in use is still good; when it no longer is, the streams' own reconnection fails and says so.
          if (this.#socket?.session === session && !this.#socket.isOver) {
            this.#renewInTime(session, renewAgainMs)
          }
        })
        if (!isDue) this.#renewInTime(session, keeper.renewalDueInMs(session))
      },
      Math.min(Math.max(dueInMs, 0), longestTimerMs),
    )
  }
}
