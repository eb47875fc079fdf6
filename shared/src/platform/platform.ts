import type { Cache } from '../cache/cache.ts'
import type { Logger } from '../log/logger.ts'
import type { PubSub } from '../pubsub/pubsub.ts'
import type { Queues } from '../queues/queues.ts'
import type { RateLimits } from '../rate-limit/rate-limit.ts'

/** What a process lends to the subgraphs and the router that run in it. Opened once, by `openPlatform`. */
export interface Platform {
  readonly environment: 'development' | 'test' | 'production'
  /** `demo`: a subgraph fills its empty database with the demo data when it starts. */
  readonly seed: 'demo' | 'none'
  readonly log: Logger
  readonly pubsub: PubSub
  readonly cache: Cache
  readonly rateLimits: RateLimits
  readonly queues: Queues
  /** The connection string of a service's own database, with that service's own role. */
  databaseUrl(service: string): string
  /** 32 bytes derived from GRAVITY_SECRET (HKDF-SHA-256, RFC 5869), different for every purpose, the same at every start. */
  secretFor(purpose: string): Buffer
  now(): Date
  /** A new UUIDv7 (RFC 9562). */
  newId(): string
  close(): Promise<void>
}
