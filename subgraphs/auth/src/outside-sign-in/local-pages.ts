import type {
  PublicRoute,
  PublicRouteRequest,
  PublicRouteResponse,
} from '@gravity/shared/server/subgraph'
import { escapeHtml, htmlPage } from '../mailbox/html-page.ts'
import type { BrowserSessions } from '../oauth/browser-sessions.ts'
import {
  continueTo,
  type FormPlace,
  foreignForm,
  formPage,
  redirectTo,
} from '../oauth/form-page.ts'
import type { SignedInBrowser } from '../oauth/grant.repository.ts'
import { clientOf, type SignInPage } from '../oauth/sign-in-page.ts'
import type { OutsideCookie } from './outside-cookie.ts'
import type { newcomerShape } from './outside-memory.ts'
import type { OutsideSignIn } from './outside-sign-in.service.ts'

export interface LocalPagesDeps {
  readonly browsers: BrowserSessions
  readonly signInPage: SignInPage
  readonly outsideSignIn: OutsideSignIn
  readonly newcomers: OutsideCookie<typeof newcomerShape>
  readonly clock: { now(): Date }
}

export const SIGN_IN_PATH = '/oauth/sign-in'
export const LINK_PATH = '/oauth/link'
const goals = ['/oauth/authorize', LINK_PATH]
const here = 'http://here.invalid'
/** Linking opens another door for good: it takes a person who has just signed in. */
const recentMs = 10 * 60_000

/** Where somebody wants to go; only to pages of ours. */
export function goalOf(query: URLSearchParams): string {
  // Read as a browser would, so that no line breaks, hosts or dots are left in it.
  const url = URL.parse(query.get('to') ?? '', here)
  const isGoal = url?.origin === here && goals.includes(url.pathname)
  return isGoal ? `${url.pathname}${url.search}` : SIGN_IN_PATH
}

export function signInAddress(goal: string): string {
  return `${SIGN_IN_PATH}?${new URLSearchParams({ to: goal })}`
}

/** The pages beside the way to a provider: signing in to an account of ours, and linking it. */
export class LocalPages {
  readonly #deps: LocalPagesDeps

  constructor(deps: LocalPagesDeps) {
    this.#deps = deps
  }

  routes(): PublicRoute[] {
    return [
      { method: 'GET', path: SIGN_IN_PATH, handle: (asked) => this.#showSignIn(asked) },
      { method: 'POST', path: SIGN_IN_PATH, handle: (asked) => this.#signIn(asked) },
      { method: 'GET', path: LINK_PATH, handle: (asked) => this.#showLink(asked) },
      { method: 'POST', path: LINK_PATH, handle: (asked) => this.#link(asked) },
    ]
  }

  /** Where a form of this browser goes. */
  async place({ headers }: PublicRouteRequest, address: string): Promise<FormPlace> {
    const { browsers } = this.#deps
    return browsers.place(await browsers.read(headers), address)
  }

  async #showSignIn(asked: PublicRouteRequest): Promise<PublicRouteResponse> {
    const { browsers, signInPage } = this.#deps
    const goal = goalOf(asked.query)
    const { signedIn } = await browsers.read(asked.headers)
    if (goal === SIGN_IN_PATH && signedIn) {
      const email = escapeHtml(signedIn.email)
      return htmlPage('Welcome', `<p>You are signed in as ${email}.</p>`)
    }
    return signInPage.show(hintOf(goal), await this.place(asked, signInAddress(goal)))
  }

  async #signIn(asked: PublicRouteRequest): Promise<PublicRouteResponse> {
    const { signInPage } = this.#deps
    const goal = goalOf(asked.query)
    const place = await this.place(asked, signInAddress(goal))
    const form = await this.#formOf(asked, place.address)
    if (!form) return foreignForm()
    const sent = { form, client: clientOf(asked), hint: hintOf(goal), place }
    const entered = await signInPage.submit(sent)
    return 'setCookie' in entered ? continueTo(goal, entered.setCookie) : entered
  }

  async #showLink(asked: PublicRouteRequest): Promise<PublicRouteResponse> {
    const newcomer = this.#deps.newcomers.read(asked.headers)
    if (!newcomer) return nothingToLink()
    const signedIn = await this.#recent(asked)
    if (!signedIn) return redirectTo(signInAddress(LINK_PATH))
    const [label, outside, email] = [newcomer.label, newcomer.email, signedIn.email].map(escapeHtml)
    return formPage(
      {
        title: `Link ${newcomer.label}?`,
        before: `<p>From now on ${label}${outside ? ` (${outside})` : ''} opens your account ${email}.</p>`,
        fields: '<button name="step" value="link">Link</button>',
      },
      await this.place(asked, LINK_PATH),
    )
  }

  async #link(asked: PublicRouteRequest): Promise<PublicRouteResponse> {
    const { newcomers, outsideSignIn } = this.#deps
    const newcomer = newcomers.read(asked.headers)
    if (!newcomer) return nothingToLink()
    if (!(await this.#formOf(asked, LINK_PATH))) return foreignForm()
    const signedIn = await this.#recent(asked)
    if (!signedIn) return redirectTo(signInAddress(LINK_PATH))
    if (!(await outsideSignIn.link(newcomer, signedIn.accountId))) {
      return htmlPage('Sorry', '<p>It opens the account of somebody else already.</p>', 400)
    }
    const goal = newcomer.goal.startsWith(LINK_PATH) ? SIGN_IN_PATH : newcomer.goal
    return continueTo(goal, newcomers.remove())
  }

  async #recent({ headers }: PublicRouteRequest): Promise<SignedInBrowser | undefined> {
    const { browsers, clock } = this.#deps
    const { signedIn } = await browsers.read(headers)
    const isRecent = signedIn && clock.now().getTime() - signedIn.provedAt.getTime() < recentMs
    return isRecent ? signedIn : undefined
  }

  async #formOf(
    { body, headers }: PublicRouteRequest,
    address: string,
  ): Promise<URLSearchParams | undefined> {
    const { browsers } = this.#deps
    const form = new URLSearchParams(body)
    const browser = await browsers.read(headers)
    return browsers.isFormOf(browser, address, form.get('form') ?? '') ? form : undefined
  }
}

function hintOf(goal: string) {
  const reason =
    goal === LINK_PATH
      ? 'There is an account with this address. Sign in to it, and link the two.'
      : 'Sign in with your account.'
  return { reason, email: '' }
}

function nothingToLink(): PublicRouteResponse {
  return htmlPage('Sorry', '<p>There is nothing to link, or it took too long.</p>', 400)
}
