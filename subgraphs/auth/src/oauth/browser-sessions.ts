import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Database } from '@gravity/shared/database/open-database'
import { hashSecretToken, newSecretToken } from '../secrets/secret-token.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import { readCookie } from './cookies.ts'
import type { FormPlace } from './form-page.ts'
import type { SignedInBrowser } from './grant.repository.ts'

export interface BrowserSessionsDeps {
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
  readonly publicUrl: string
  /** Makes the tokens of forms. */
  readonly formSecret: Buffer
  readonly clock: { now(): Date }
}

/** A browser as a request shows it. */
export interface Browser {
  /** The value of its cookie; undefined when it has none. */
  readonly cookie: string | undefined
  readonly signedIn: SignedInBrowser | undefined
}

const lifeMs = 12 * 60 * 60 * 1_000
const cookieForm = /^[A-Za-z0-9_-]{43}$/

/**
 * Who is signed in with a browser at the pages of auth. The cookie is a random value of which only the hash is stored;
 * it changes when somebody signs in, so that nobody can be given one beforehand.
 */
export class BrowserSessions {
  readonly #deps: BrowserSessionsDeps
  readonly #isSecure: boolean
  readonly #name: string

  constructor(deps: BrowserSessionsDeps) {
    this.#deps = deps
    this.#isSecure = deps.publicUrl.startsWith('https:')
    this.#name = this.#isSecure ? '__Secure-gravity-browser' : 'gravity-browser'
  }

  async read(headers: Readonly<Record<string, string>>): Promise<Browser> {
    const cookie = readCookie(headers['cookie'], this.#name)
    if (cookie === undefined || !cookieForm.test(cookie)) {
      return { cookie: undefined, signedIn: undefined }
    }
    const { clock, database } = this.#deps
    const signedIn = await database.reads.grants.browser(hashSecretToken(cookie), clock.now())
    return { cookie, signedIn }
  }

  /** Signs a browser in with a session that was just opened; the cookie that shows it from now on. */
  async signIn(sessionId: string): Promise<string> {
    const { clock, database } = this.#deps
    const cookie = newSecretToken()
    const expiresAt = new Date(clock.now().getTime() + lifeMs)
    await database.transaction((store) =>
      store.grants.insertBrowser(hashSecretToken(cookie), sessionId, expiresAt),
    )
    return cookie
  }

  async signOut({ signedIn }: Browser): Promise<void> {
    if (signedIn) await this.#deps.sessions.revoke(signedIn.sessionId, 'logout')
  }

  /** The header `set-cookie`: out of reach of scripts, and of forms on pages of other sites. */
  setCookie(cookie: string): string {
    const attributes = [`${this.#name}=${cookie}`, 'Path=/oauth', 'HttpOnly', 'SameSite=Lax']
    return (this.#isSecure ? [...attributes, 'Secure'] : attributes).join('; ')
  }

  /** Where a form of ours stands and goes in this browser. */
  place(
    { cookie }: Browser,
    address: string,
    { formTargets = [] }: { readonly formTargets?: readonly string[] } = {},
  ): FormPlace {
    const shown = cookie ?? newSecretToken()
    const formToken = this.formToken(shown, address)
    const setCookie = cookie === undefined ? this.setCookie(shown) : undefined
    return { address, formToken, setCookie, formTargets }
  }

  /** What a form must carry to be taken as sent from our page at this address, in the browser that has this cookie. */
  formToken(cookie: string, address: string): string {
    const text = JSON.stringify([cookie, address])
    return createHmac('sha256', this.#deps.formSecret).update(text).digest('base64url')
  }

  isFormOf({ cookie }: Browser, address: string, token: string): boolean {
    if (cookie === undefined) return false
    const expected = Buffer.from(this.formToken(cookie, address))
    const given = Buffer.from(token)
    return expected.length === given.length && timingSafeEqual(expected, given)
  }
}
