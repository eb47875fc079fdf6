/** Who calls, as far as that is known without signing in. */
export interface Client {
  /** For limits; null when it is unknown. */
  readonly address: string | null
  /** What the program calls itself; null when it says nothing. */
  readonly userAgent: string | null
}
