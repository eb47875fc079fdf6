/**
 * Terminology
 * - Viewer: the person (or service account) on whose behalf a request runs; absent when anonymous.
 * - Scope: a permission named `<domain>:<verb>`, such as `orders:manage`. Services check scopes, never role names.
 * - Impersonation: an administrator acts as somebody else for a few minutes; the viewer is then that other person.
 * - Proof: how and when a viewer last showed that they are who they are, by signing in or by stepping up.
 * - Request identity: the viewer together with the facts that every hop needs to log, trace and limit a request.
 */

export interface Viewer {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** Seconds since the epoch; the access token's `exp`. A socket closes then. */
  readonly expiresAt: number
  /** The administrator who acts as this person; absent when it is the person themselves (RFC 8693, `act`). */
  readonly impersonatedBy?: string | undefined
  /** For what needs more than a session, see recent-proof.ts; absent where no person was asked, as for an API key. */
  readonly proof?: ViewerProof | undefined
  /** The OAuth client or API key that acts for the viewer, who is then bound by the scopes (see delegation.ts); absent for themselves. */
  readonly clientId?: string | undefined
}

export interface ViewerProof {
  /** Seconds since the epoch; the access token's `auth_time`. */
  readonly provedAt: number
  /** The access token's `amr` (RFC 8176), such as `pwd`, `otp` or `hwk`; `mfa` stands for more than one factor. */
  readonly methods: readonly string[]
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
