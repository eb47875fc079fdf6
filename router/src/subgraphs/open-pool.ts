import { Pool } from 'undici'
import type { TlsSettings, TrafficSettings } from './traffic-settings.ts'

/** Longer than most calls are apart, shorter than servers keep idle connections. */
const keepAliveMs = 30_000
/** Each carries many requests at once. */
const http2Connections = 4

/** Opens kept-alive connections to a subgraph: one for each call that may be under way, or a few of HTTP/2. */
export function openPool(origin: string, { concurrency, tls, http2 }: TrafficSettings): Pool {
  return new Pool(origin, {
    connections: http2 ? http2Connections : concurrency,
    keepAliveTimeout: keepAliveMs,
    allowH2: http2,
    connect: tlsOptions(tls),
  })
}

/** TLS settings as Node takes them. */
export function tlsOptions(tls: TlsSettings | undefined) {
  return {
    ...(tls?.ca !== undefined && { ca: tls.ca }),
    ...(tls?.certificate !== undefined && { cert: tls.certificate }),
    ...(tls?.key !== undefined && { key: tls.key }),
    ...(tls?.serverName !== undefined && { servername: tls.serverName }),
  }
}
