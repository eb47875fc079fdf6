import { Pool } from 'undici'
import type { TrafficSettings } from './traffic-settings.ts'

/** Longer than most calls are apart, shorter than servers keep idle connections. */
const keepAliveMs = 30_000
/** Each carries many requests at once. */
const http2Connections = 4

/** The kept-alive connections to a subgraph. */
export interface SubgraphPool {
  /** Those for requests that begin now. */
  readonly current: Pool
  /** Finishes what is in flight. */
  close(): Promise<void>
}

/**
 * Opens kept-alive connections to a subgraph: one for each call that may be under way, or a few of HTTP/2. When the
 * certificates change, requests from then on get new connections, and the former ones close when what is in flight over
 * them has ended.
 */
export function openPool(origin: string, settings: TrafficSettings): SubgraphPool {
  const { tls } = settings
  const closing = new Set<Promise<void>>()
  let current = connect(origin, settings)
  const stopListening = tls?.onChange(() => {
    const closed = current.close().finally(() => closing.delete(closed))
    closing.add(closed)
    current = connect(origin, settings)
  })
  return {
    get current() {
      return current
    },
    async close() {
      stopListening?.()
      await Promise.all([current.close(), ...closing])
    },
  }
}

function connect(origin: string, { concurrency, tls, http2 }: TrafficSettings): Pool {
  return new Pool(origin, {
    connections: http2 ? http2Connections : concurrency,
    keepAliveTimeout: keepAliveMs,
    allowH2: http2,
    connect: { ...tls?.options },
  })
}
