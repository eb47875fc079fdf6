import type { BackendFactory, IQueueBackend } from 'bullmq'

/** What differs between BullMQ on PostgreSQL and BullMQ on Redis. */
export interface QueueBackend {
  readonly kind: 'postgres' | 'redis'
  /** Passed to every BullMQ object; its backends share the connections of this one. */
  readonly factory: BackendFactory<IQueueBackend, object>
  /** Seconds that an idle worker sleeps before it looks by itself, without having been woken. */
  readonly idleSeconds: number
  /** The name that BullMQ gives the queue in its store. */
  storedName(queue: string): string
  /** Runs the work while no other process runs work under this key, where the store needs that to be asked for. */
  alone<T>(key: string, work: () => Promise<T>): Promise<T>
  /** Whether the error says that the store cannot be reached, rather than that the call was wrong. */
  isAway(error: unknown): boolean
  ping(): Promise<void>
  close(): Promise<void>
}
