/** Thrown by a job that could not even be tried, because something it needs is away; no attempt is counted. */
export class RetryLaterError extends Error {
  override readonly name = 'RetryLaterError'
  readonly delayMs: number

  constructor(message: string, options: { readonly delayMs: number; readonly cause?: unknown }) {
    super(message, { cause: options.cause })
    this.delayMs = options.delayMs
  }
}
