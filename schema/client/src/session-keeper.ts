import { GravityClientError } from './client-error.ts'
import type { ClientSession, SessionStorage } from './session-storage.ts'

/** What a session keeper works with. */
export interface SessionKeeperOptions {
  readonly storage: SessionStorage
  /** Trades a refresh token for the next session; undefined when the session has ended. Throws when that is not known. */
  refresh(refreshToken: string): Promise<ClientSession | undefined>
  readonly now: () => number
  /** How long before its expiry an access token is renewed. */
  readonly renewBeforeMs: number
}

/** Called with the new session, or undefined after a sign-out. */
export type SessionListener = (session: ClientSession | undefined) => void

/**
 * Holds the session of one client: hands out access tokens, renews them with one refresh at a time whatever the number
 * of callers, and ends the session when the graph says that it has ended.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions
  readonly #listeners = new Set<SessionListener>()
  readonly #unwatch: (() => void) | undefined
  /** Which sign-in a session came from, so that nobody's call is repeated with somebody else's token. */
  readonly #signInOf = new WeakMap<ClientSession, number>()
  #session: ClientSession | undefined
  #loading: Promise<void> | undefined
  #renewal: Promise<ClientSession | undefined> | undefined
  /** Grows with every sign-in and sign-out; a refresh that was under way does not undo them. */
  #signIn = 0
  /** A token that was about to expire when it arrived: the clock here is wrong and is not asked about it. */
  #tokenOfOtherClock: string | undefined

  constructor(options: SessionKeeperOptions) {
    this.#options = options
    this.#unwatch = options.storage.watch?.(() => {
      this.#readStorage().catch(() => {
        // The next caller reads again, and is the one to be told.
        this.#loading = undefined
      })
    })
  }

  async current(): Promise<ClientSession | undefined> {
    this.#loading ??= this.#readStorage()
    try {
      await this.#loading
    } catch (error) {
      this.#loading = undefined
      throw error
    }
    return this.#session
  }

  /**
   * The session with an access token that is good for a while, renewed first when it is about to expire; undefined when
   * signed out. A renewal that fails for lack of a network is no obstacle while the old token lasts.
   */
  async fresh(): Promise<ClientSession | undefined> {
    const session = await this.current()
    if (!session || !this.#expiresWithin(session, this.#options.renewBeforeMs)) return session
    try {
      return await this.renew(session)
    } catch (error) {
      if (isUnauthenticated(error) || this.#expiresWithin(session, 0)) throw error
      return session
    }
  }

  /**
   * Replaces a session whose token the graph refused. Callers share one refresh, and a session that was replaced
   * meanwhile costs none. Throws UNAUTHENTICATED and signs out when the session has ended.
   */
  async renew(refused: ClientSession): Promise<ClientSession> {
    const session = await this.current()
    if (!session || this.#signInOf.get(refused) !== this.#signIn) throw sessionEnded()
    if (session.accessToken !== refused.accessToken) return session
    this.#renewal ??= this.#renewOnce(session).finally(() => {
      this.#renewal = undefined
    })
    const renewed = await this.#renewal
    if (!renewed) throw sessionEnded()
    return renewed
  }

  /** Signs out if this is still the session; for a token that is refused although it is new. */
  async end(session: ClientSession): Promise<void> {
    if (this.#session?.accessToken === session.accessToken) await this.signOut()
  }

  async signIn(session: ClientSession): Promise<void> {
    this.#beginSignIn()
    this.#adoptNew(session)
    await this.#options.storage.exclusive(() => this.#options.storage.save(session))
  }

  async signOut(): Promise<void> {
    this.#beginSignIn()
    this.#replace(undefined)
    await this.#options.storage.exclusive(() => this.#options.storage.clear())
  }

  /** When to renew the token at the latest, in milliseconds from now; undefined when the clock cannot tell. */
  renewalDueInMs(session: ClientSession): number | undefined {
    if (session.accessToken === this.#tokenOfOtherClock) return undefined
    const expiry = Date.parse(session.accessTokenExpiresAt)
    if (Number.isNaN(expiry)) return undefined
    return Math.max(0, expiry - this.#options.renewBeforeMs - this.#options.now())
  }

  onChange(listener: SessionListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  close(): void {
    this.#unwatch?.()
    this.#listeners.clear()
  }

  async #renewOnce(known: ClientSession): Promise<ClientSession | undefined> {
    const { storage, refresh } = this.#options
    const signIn = this.#signIn
    return await storage.exclusive(async () => {
      const stored = await storage.load()
      if (signIn !== this.#signIn) return undefined
      if (stored?.accessToken !== known.accessToken) {
        this.#replace(stored)
        return stored
      }
      const renewed = await refresh(stored.refreshToken)
      if (signIn !== this.#signIn) return undefined
      if (!renewed) {
        this.#replace(undefined)
        await storage.clear()
        return undefined
      }
      this.#adoptNew(renewed)
      await storage.save(renewed)
      return renewed
    })
  }

  async #readStorage(): Promise<void> {
    const signIn = this.#signIn
    const stored = await this.#options.storage.exclusive(() => this.#options.storage.load())
    if (signIn === this.#signIn) this.#replace(stored)
  }

  #beginSignIn(): void {
    this.#signIn += 1
    this.#loading = Promise.resolve()
  }

  #adoptNew(session: ClientSession): void {
    if (this.#expiresWithin(session, this.#options.renewBeforeMs)) {
      this.#tokenOfOtherClock = session.accessToken
    }
    this.#replace(session)
  }

  #replace(session: ClientSession | undefined): void {
    if (session) this.#signInOf.set(session, this.#signIn)
    if (this.#session?.accessToken === session?.accessToken) return
    this.#session = session
    for (const listener of this.#listeners) listener(session)
  }

  #expiresWithin(session: ClientSession, milliseconds: number): boolean {
    if (session.accessToken === this.#tokenOfOtherClock) return false
    return Date.parse(session.accessTokenExpiresAt) - this.#options.now() <= milliseconds
  }
}

/** Whether a call failed because nobody, or nobody any more, is signed in. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof GravityClientError && error.code === 'UNAUTHENTICATED'
}

function sessionEnded(): GravityClientError {
  return new GravityClientError('UNAUTHENTICATED', 'The session has ended: sign in again.')
}
