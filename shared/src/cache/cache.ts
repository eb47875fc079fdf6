/**
 * A bounded, shared key-value cache with a time to live per entry. Values must survive JSON (TypeError otherwise) and
 * are copied on the way in and out. A miss is `undefined`. The truth is elsewhere: an entry may vanish at any time.
 */
export interface Cache {
  /** Also a miss, with one warning per outage in the log, when the cache cannot be reached. */
  get<T>(key: string): Promise<T | undefined>
  /**
   * Resolves to false when the value was not stored: the cache cannot be reached (one warning per outage in the log),
   * or the value is larger than the cache allows.
   */
  set(key: string, value: unknown, options: { readonly ttlSeconds: number }): Promise<boolean>
  /**
   * Rejects with GravityError SUBGRAPH_UNAVAILABLE when the cache cannot be reached, because the old value may then
   * be read until its time to live ends.
   */
  delete(key: string): Promise<void>
  /** Rejects when the cache cannot be reached; for readiness. */
  ping(): Promise<void>
  close(): Promise<void>
}
