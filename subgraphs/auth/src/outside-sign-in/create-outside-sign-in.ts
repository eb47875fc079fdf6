import type { PublicRoute } from '@gravity/shared/server/subgraph'
import type { BrowserSessions } from '../oauth/browser-sessions.ts'
import type { OAuthParts } from '../oauth/create-oauth.ts'
import { type Door, SignInPage } from '../oauth/sign-in-page.ts'
import { LocalPages } from './local-pages.ts'
import { OutsideCookie } from './outside-cookie.ts'
import { departureShape, newcomerShape } from './outside-memory.ts'
import { OutsideProvider } from './outside-provider.ts'
import { OUTSIDE_CALLBACK_PATH, OUTSIDE_PATH, outsideRoutes } from './outside-routes.ts'
import { OutsideSignIn } from './outside-sign-in.service.ts'

/** The page at which people sign in, with the outside providers of the configuration. */
export function createOutsideSignIn(parts: OAuthParts, browsers: BrowserSessions) {
  const { config, platform } = parts
  const { outsideProviders, publicUrl } = config
  const log = platform.log.child({ service: 'auth' })
  const providers = new Map(
    outsideProviders.map((provider) => {
      const redirectUri = `${publicUrl}${OUTSIDE_CALLBACK_PATH}/${provider.name}`
      return [provider.name, new OutsideProvider({ config: provider, redirectUri, log })] as const
    }),
  )
  const doors = outsideProviders.map(
    ({ label, name }): Door => ({ path: `${OUTSIDE_PATH}/${name}`, label }),
  )
  const signInPage = new SignInPage({ ...parts, browsers, doors })
  const outsideSignIn = new OutsideSignIn({ ...parts, clock: platform })
  const memory = {
    key: platform.secretFor('auth.outside-sign-in'),
    isSecure: publicUrl.startsWith('https:'),
    now: platform.now,
  }
  const departures = new OutsideCookie({
    ...memory,
    name: 'gravity-departure',
    shape: departureShape,
  })
  const newcomers = new OutsideCookie({ ...memory, name: 'gravity-newcomer', shape: newcomerShape })
  const own = { browsers, signInPage, outsideSignIn, newcomers }
  const pages = new LocalPages({ ...own, clock: platform })
  const signInRoutes: readonly PublicRoute[] = [
    ...pages.routes(),
    ...(providers.size > 0 ? outsideRoutes({ ...own, providers, departures, pages }) : []),
  ]
  return { signInPage, signInRoutes, outsideSignIn }
}
