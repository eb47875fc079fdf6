import { Redis } from 'ioredis'
import { StartError } from '../config/start-error.ts'
import type { Logger } from '../log/logger.ts'
import { redactText } from '../log/redact-text.ts'

export interface OpenRedisOptions {
  /** `redis://` or `rediss://` (TLS). */
  readonly url: string
  /** Seen in Redis' CLIENT LIST and in the log. */
  readonly name: string
  readonly log: Logger
  /** How long to wait for a Redis that is only starting; 10 seconds by default. */
  readonly patienceMs?: number
  /** How often to ask whether the other end is still there; every 10 seconds by default. */
  readonly heartbeatMs?: number
  /** How long a command may take before it rejects; 2 seconds by default. */
  readonly commandTimeoutMs?: number
}

/**
 * Opens a connection to Redis. While Redis is away every command rejects at once instead of queueing, so that the
 * caller can fall back; the connection comes back by itself, and the log has one line for the loss and one for the
 * return. Throws a StartError when Redis cannot be reached now or refuses the password. Close it with `closeRedis`.
 */
export async function openRedis(options: OpenRedisOptions): Promise<Redis> {
  const { url, name, log, patienceMs = 10_000 } = options
  const client = new Redis(url, {
    lazyConnect: true,
    connectionName: name,
    // Reject at once, never queue, never repeat: a repeated command may run twice, a queued one far too late.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // The pub/sub knows better which topics still have listeners.
    autoResubscribe: false,
    connectTimeout: 5_000,
    commandTimeout: options.commandTimeoutMs ?? 2_000,
    disconnectTimeout: 1_000,
    keepAlive: 10_000,
    // A primary that has become a replica: the address leads to the new one by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000) * (0.5 + Math.random() / 2),
  })
  // Before the first connection as well: somebody who waits for a Redis that is only starting sees what for.
  logOutages(client, log.child({ redis: name }))
  try {
    await firstConnection(client, patienceMs)
  } catch (cause) {
    client.disconnect()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`Redis at ${redactText(url)} cannot be used: ${reason}`, { cause })
  }
  keepAlive(client, options.heartbeatMs ?? 10_000)
  return client
}

/** Closes a connection after the commands under way were answered; at once when Redis is away. */
export async function closeRedis(client: Redis): Promise<void> {
  if (client.status !== 'ready') {
    client.disconnect()
    return
  }
  try {
    await client.quit()
  } catch {
    // Lost at the same moment: there is nothing left to close politely.
    client.disconnect()
  }
}

function firstConnection(client: Redis, patienceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let lastError = new Error(`no answer within ${patienceMs} ms`)
    const timeout = setTimeout(() => settle(() => reject(lastError)), patienceMs)
    const settle = (end: () => void) => {
      clearTimeout(timeout)
      client.off('ready', onReady).off('error', onError)
      end()
    }
    const onReady = () => settle(resolve)
    const onError = (error: Error) => {
      lastError = error
      // Redis answered and refused, for instance the password; waiting changes nothing.
      if (error.name === 'ReplyError') settle(() => reject(error))
    }
    client.on('ready', onReady).on('error', onError)
    client.connect().catch((error: unknown) => {
      // Attempts go on until the patience ends; the reason arrives as an event as well.
      if (error instanceof Error && client.status === 'end') settle(() => reject(error))
    })
  })
}

/**
 * A machine that vanished without a word is noticed only by asking. ioredis' own `socketTimeout` would do, but its timer
 * outlives the connection and then ends the next, healthy one (5.11).
 */
function keepAlive(client: Redis, heartbeatMs: number): void {
  let asking = false
  const ask = async () => {
    if (asking || client.status !== 'ready') return
    asking = true
    try {
      await client.ping()
      asking = false
    } catch {
      // Left as it is until the connection has closed, so that it is ended only once.
      client.disconnect(true)
    }
  }
  const heartbeat = setInterval(() => void ask(), heartbeatMs).unref()
  client.on('close', () => {
    asking = false
  })
  client.once('end', () => clearInterval(heartbeat))
}

function logOutages(client: Redis, log: Logger): void {
  let lastError: unknown
  let away = false
  client.on('error', (error) => {
    lastError = error
  })
  client.on('reconnecting', () => {
    if (away) return
    away = true
    log.warn({ err: lastError }, 'Redis is away; reconnecting.')
  })
  client.on('ready', () => {
    if (away) log.info('Redis is back.')
    away = false
    lastError = undefined
  })
}
