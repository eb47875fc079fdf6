import { randomUUID } from 'node:crypto'
import type { ClientSession } from '../src/session-storage.ts'

/** Issues and checks tokens the way the auth service does: refresh tokens work once, and reuse ends the session. */
export class IdentityDesk {
  readonly #accessTokens = new Map<string, number>()
  readonly #refreshTokens = new Set<string>()
  readonly #now: () => number
  /** How long a new access token lives. */
  lifetimeMs = 600_000
  /** While true, refreshing fails as it does when the auth service is away. */
  unavailable = false
  refreshes = 0

  constructor(now: () => number) {
    this.#now = now
  }

  issue(): ClientSession {
    const expiry = this.#now() + this.lifetimeMs
    const session = {
      accessToken: `access-${randomUUID()}`,
      accessTokenExpiresAt: new Date(expiry).toISOString(),
      refreshToken: `refresh-${randomUUID()}`,
    }
    this.#accessTokens.set(session.accessToken, expiry)
    this.#refreshTokens.add(session.refreshToken)
    return session
  }

  refresh(refreshToken: string): ClientSession | undefined {
    this.refreshes += 1
    if (this.#refreshTokens.delete(refreshToken)) return this.issue()
    this.endEverything()
    return undefined
  }

  accepts(accessToken: string): boolean {
    return (this.#accessTokens.get(accessToken) ?? 0) > this.#now()
  }

  /** Refuses every access token issued so far; refresh tokens stay good. */
  forgetAccessTokens(): void {
    this.#accessTokens.clear()
  }

  endEverything(): void {
    this.#accessTokens.clear()
    this.#refreshTokens.clear()
  }
}
