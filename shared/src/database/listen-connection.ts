import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../log/logger.ts'
import { translateConnectionFailure } from './connection-failure.ts'

export interface ListenOptions {
  /** Called when the connection is back after a loss: notifications sent in between were missed. */
  readonly onReconnect?: () => void
}

interface Registration extends ListenOptions {
  readonly listener: (payload: string) => void
}

export interface ListenConnectionOptions {
  readonly url: string
  readonly applicationName: string
  readonly log: Logger
  /** The connection asks for an answer this often; when none has come until the next time, it is lost. */
  readonly silenceTimeoutMs: number
}

const firstPauseMs = 100
const longestPauseMs = 5_000

/** One connection that carries all LISTENs of a service. It opens with the first listener and reconnects by itself. */
export class ListenConnection {
  readonly #options: ListenConnectionOptions
  readonly #registrations = new Map<string, Set<Registration>>()
  readonly #closing = new AbortController()
  #client: Promise<pg.Client> | undefined
  #reconnecting: Promise<void> | undefined
  #statements: Promise<unknown> = Promise.resolve()

  constructor(options: ListenConnectionOptions) {
    this.#options = options
  }

  /** Resolves once the LISTEN is in force. A listener that throws is logged and stays registered. */
  async listen(
    channel: string,
    listener: (payload: string) => void,
    options: ListenOptions = {},
  ): Promise<AsyncDisposable> {
    const registration = { ...options, listener }
    const registrations = this.#registrations.get(channel) ?? new Set()
    registrations.add(registration)
    this.#registrations.set(channel, registrations)
    try {
      await this.#run(await this.#connected(), `listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      this.#forget(channel, registration)
      throw translateConnectionFailure(error)
    }
    return { [Symbol.asyncDispose]: () => this.#leave(channel, registration) }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#registrations.clear()
    await this.#reconnecting
    const client = this.#client
    this.#client = undefined
    await client?.then(
      (open) => open.end(),
      (error: unknown) =>
        this.#options.log.debug({ err: error }, 'The listening connection was not open.'),
    )
  }

  /** True when nobody listens on the channel any more. */
  #forget(channel: string, registration: Registration): boolean {
    const registrations = this.#registrations.get(channel)
    if (!registrations?.delete(registration) || registrations.size > 0) return false
    this.#registrations.delete(channel)
    return true
  }

  async #leave(channel: string, registration: Registration): Promise<void> {
    if (!this.#forget(channel, registration) || this.#client === undefined) return
    try {
      const client = await this.#client
      // Somebody may have come back while the connection was being made.
      if (!this.#registrations.has(channel)) {
        await this.#run(client, `unlisten ${pg.escapeIdentifier(channel)}`)
      }
    } catch (error) {
      // A lost connection listens to nothing, which is what leaving asks for.
      this.#options.log.debug({ err: error, channel }, 'Left a channel of a lost connection.')
    }
  }

  /** One statement after the other, in the order of the calls. */
  #run(client: pg.Client, statement: string): Promise<unknown> {
    const result = this.#statements.then(() => client.query(statement))
    this.#statements = result.catch(() => undefined)
    return result
  }

  #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client
    const opening = this.#open()
    this.#client = opening
    opening.catch(() => {
      if (this.#client === opening) this.#client = undefined
    })
    return opening
  }

  async #open(): Promise<pg.Client> {
    this.#closing.signal.throwIfAborted()
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: this.#options.applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    // Without a listener, an 'error' event would end the process.
    client.on('error', (error) =>
      this.#options.log.warn({ err: error }, 'The listening connection failed.'),
    )
    client.on('notification', ({ channel, payload }) => this.#deliver(channel, payload ?? ''))
    try {
      await client.connect()
      for (const channel of this.#registrations.keys()) {
        await client.query(`listen ${pg.escapeIdentifier(channel)}`)
      }
    } catch (error) {
      client
        .end()
        .catch((err: unknown) =>
          this.#options.log.debug({ err }, 'The listening connection had ended already.'),
        )
      throw error
    }
    client.once('end', () => this.#lost())
    this.#keepAlive(client)
    return client
  }

  /** Listening is silent, so that a connection which the network has lost would never be noticed. */
  #keepAlive(client: pg.Client): void {
    let answered = true
    const heartbeat = setInterval(() => {
      if (!answered) client.connection.stream.destroy()
      answered = false
      this.#run(client, 'select 1').then(
        () => {
          answered = true
        },
        (err: unknown) => this.#options.log.debug({ err }, 'The listening connection is lost.'),
      )
    }, this.#options.silenceTimeoutMs)
    heartbeat.unref()
    client.once('end', () => clearInterval(heartbeat))
  }

  #lost(): void {
    this.#client = undefined
    if (this.#closing.signal.aborted || this.#registrations.size === 0) return
    this.#reconnecting ??= this.#reconnect().finally(() => {
      this.#reconnecting = undefined
    })
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing
    for (let pause = firstPauseMs; !signal.aborted; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        await delay(pause * (0.5 + Math.random() / 2), undefined, { signal })
        await this.#connected()
        break
      } catch (error) {
        if (!signal.aborted)
          this.#options.log.debug({ err: error }, 'The listening connection is still away.')
      }
    }
    if (signal.aborted) return
    for (const registration of this.#everyRegistration()) {
      this.#guarded(() => registration.onReconnect?.())
    }
  }

  #everyRegistration(): Registration[] {
    return [...this.#registrations.values()].flatMap((registrations) => [...registrations])
  }

  #deliver(channel: string, payload: string): void {
    for (const { listener } of [...(this.#registrations.get(channel) ?? [])]) {
      this.#guarded(() => listener(payload))
    }
  }

  #guarded(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#options.log.error({ err: error }, 'A listener of a database notification threw.')
    }
  }
}
