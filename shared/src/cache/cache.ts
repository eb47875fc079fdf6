/** A bounded, shared key-value cache with a time to live per entry. Values must survive JSON. A miss is `undefined`. */
export interface Cache {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown, options: { readonly ttlSeconds: number }): Promise<void>
  delete(key: string): Promise<void>
  /** Rejects when the cache cannot be reached; for readiness. */
  ping(): Promise<void>
  close(): Promise<void>
}
