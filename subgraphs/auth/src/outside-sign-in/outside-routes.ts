import type {
  PublicRoute,
  PublicRouteRequest,
  PublicRouteResponse,
} from '@gravity/shared/server/subgraph'
import { escapeHtml, htmlPage } from '../mailbox/html-page.ts'
import type { BrowserSessions } from '../oauth/browser-sessions.ts'
import { redirectTo } from '../oauth/form-page.ts'
import { secondFactorForm } from '../oauth/second-factor-form.ts'
import { clientOf, type SignInPage } from '../oauth/sign-in-page.ts'
import { goalOf, LINK_PATH, type LocalPages, signInAddress } from './local-pages.ts'
import type { OutsideCookie } from './outside-cookie.ts'
import type { departureShape, newcomerShape } from './outside-memory.ts'
import type { OutsidePerson, OutsideProvider } from './outside-provider.ts'
import type { OutsideSignIn } from './outside-sign-in.service.ts'

export interface OutsideRoutesDeps {
  readonly providers: ReadonlyMap<string, OutsideProvider>
  readonly outsideSignIn: OutsideSignIn
  readonly departures: OutsideCookie<typeof departureShape>
  readonly newcomers: OutsideCookie<typeof newcomerShape>
  readonly browsers: BrowserSessions
  readonly signInPage: SignInPage
  readonly pages: LocalPages
}

export const OUTSIDE_PATH = '/oauth/outside'
export const OUTSIDE_CALLBACK_PATH = '/oauth/outside-callback'

/** The way to a provider and back. */
export function outsideRoutes(deps: OutsideRoutesDeps): PublicRoute[] {
  return [
    { method: 'GET', path: `${OUTSIDE_PATH}/*`, handle: (asked) => depart(deps, asked) },
    { method: 'GET', path: `${OUTSIDE_CALLBACK_PATH}/*`, handle: (asked) => arrive(deps, asked) },
  ]
}

async function depart(
  { departures, providers }: OutsideRoutesDeps,
  { path, query }: PublicRouteRequest,
): Promise<PublicRouteResponse> {
  const name = lastSegment(path)
  const provider = providers.get(name)
  if (!provider) return unknownProvider()
  const departed = await provider.depart()
  if (!departed) {
    return sorry(`${provider.label} does not answer at the moment. Try again later.`, 503)
  }
  const goal = goalOf(query)
  const { departure, url } = departed
  return redirectTo(url.href, departures.write({ ...departure, provider: name, goal }))
}

async function arrive(
  deps: OutsideRoutesDeps,
  asked: PublicRouteRequest,
): Promise<PublicRouteResponse> {
  const { browsers, departures, newcomers, providers } = deps
  const name = lastSegment(asked.path)
  const provider = providers.get(name)
  const departure = departures.read(asked.headers)
  if (!provider || departure?.provider !== name) return notFromHere()
  const person = await provider.arrive(asked.query, departure)
  if (!person) return sorry(`${provider.label} did not let you in. Go back and try again.`)
  const { goal } = departure
  const { signedIn } = await browsers.read(asked.headers)
  const newcomer = { ...identityOf(person), label: provider.label, email: person.email ?? '', goal }
  // Whoever is signed in wants to add a way in, not another account.
  if (signedIn && goal.startsWith(LINK_PATH)) {
    return redirectTo(LINK_PATH, newcomers.write(newcomer))
  }
  const entered = await deps.outsideSignIn.enter(person, clientOf(asked))
  switch (entered.__typename) {
    case 'Session':
      return redirectTo(goal, (await deps.signInPage.enter(entered)).setCookie)
    case 'SecondFactorRequired':
      return secondFactorForm(entered, await deps.pages.place(asked, signInAddress(goal)))
    case 'LinkNeeded':
      return redirectTo(LINK_PATH, newcomers.write(newcomer))
    case 'AddressNeeded':
      return sorry(
        `${provider.label} has not confirmed your address. Confirm it there, or register here and link the two.`,
      )
    default:
      return sorry(entered.message)
  }
}

function identityOf({ issuer, subject }: OutsidePerson) {
  return { issuer, subject }
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function unknownProvider(): PublicRouteResponse {
  return sorry('Nobody of this name lets people in here.', 404)
}

function notFromHere(): PublicRouteResponse {
  return sorry('This was not begun here, or took too long. Go back and try again.')
}

function sorry(text: string, status = 400): PublicRouteResponse {
  return htmlPage('Sorry', `<p>${escapeHtml(text)}</p>`, status)
}
