/**
 * Terminology
 * - Viewer: the person (or service account) on whose behalf a request runs; absent when anonymous.
 * - Scope: a permission named `<domain>:<verb>`, such as `orders:manage`. Services check scopes, never role names.
 * - Request identity: the viewer together with the facts that every hop needs to log, trace and limit a request.
 */

export interface Viewer {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** Seconds since the epoch; the access token's `exp`. A socket closes then. */
  readonly expiresAt: number
}

export interface RequestIdentity {
  readonly viewer: Viewer | null
  /** Unique per request; on every log line and in every error's `extensions.requestId`. */
  readonly requestId: string
  /** W3C Trace Context `traceparent`. */
  readonly traceparent: string
  /** The caller's address after trusted proxies, for limits; null when there is no caller (jobs, events). */
  readonly clientAddress: string | null
  /** What the caller's program calls itself, at most 256 characters, unchecked; only for people to recognise a device by. */
  readonly userAgent?: string | undefined
}
