import type { FormBrowser } from '@gravity/shared/testing/form-browser'
import * as openid from 'openid-client'
import { type RegisteredClient, redirectUri } from './served-auth.ts'

/** openid-client, configured by discovery alone. */
export function discovered(
  issuer: string,
  { id, secret }: RegisteredClient,
): Promise<openid.Configuration> {
  return openid.discovery(
    new URL(issuer),
    id,
    secret,
    secret === undefined ? openid.None() : undefined,
    { execute: [openid.allowInsecureRequests] },
  )
}

/** A request for access that openid-client has made, with what it keeps to itself. */
export interface Asking {
  readonly url: string
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

export async function ask(
  config: openid.Configuration,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Asking> {
  const verifier = openid.randomPKCECodeVerifier()
  const state = openid.randomState()
  const nonce = openid.randomNonce()
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid email offline_access chat:read',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  })
  return { url: url.href, verifier, state, nonce }
}

export function exchange(config: openid.Configuration, asking: Asking, backAt: string) {
  return openid.authorizationCodeGrant(config, new URL(backAt), {
    pkceCodeVerifier: asking.verifier,
    expectedState: asking.state,
    expectedNonce: asking.nonce,
  })
}

export const password = 'correct horse'

/** Signs in and allows what is asked for; where the browser is sent then. */
export async function allow(browser: FormBrowser, { url }: Asking, email: string): Promise<string> {
  await browser.open(url)
  if (browser.text.includes('name="password"')) {
    await browser.submit({ step: 'sign-in', email, password })
  }
  if (!browser.url.startsWith(redirectUri)) await browser.submit({ step: 'allow' })
  return browser.url
}
