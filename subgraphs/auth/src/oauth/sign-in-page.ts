import type { PublicRouteRequest, PublicRouteResponse } from '@gravity/shared/server/subgraph'
import { z } from 'zod'
import type { LoginCompletionService } from '../accounts/login-completion.service.ts'
import type { SignInService } from '../accounts/sign-in.service.ts'
import { escapeHtml } from '../mailbox/html-page.ts'
import type { Client } from '../sessions/client.ts'
import type { OpenSession } from '../sessions/token-issuer.ts'
import type { BrowserSessions } from './browser-sessions.ts'
import { type FormPlace, formPage } from './form-page.ts'
import { type AskedFactor, secondFactorForm } from './second-factor-form.ts'

export interface SignInPageDeps {
  readonly signIn: SignInService
  readonly loginCompletions: LoginCompletionService
  readonly browsers: BrowserSessions
  /** Other ways in, by their address and what to call them. */
  readonly doors: readonly Door[]
}

export interface Door {
  readonly path: string
  readonly label: string
}

export interface SignInHint {
  /** What to sign in for. */
  readonly reason: string
  readonly email: string
}

/** A form that was sent from one of our pages. */
export interface SentForm {
  readonly form: URLSearchParams
  readonly client: Client
  readonly hint: SignInHint
  readonly place: FormPlace
}

/** Somebody has come in: the header that tells their browser. */
export interface SignedIn {
  readonly setCookie: string
}

const askedShape = z.object({
  challenge: z.string(),
  methods: z.array(z.enum(['PASSWORD', 'TOTP', 'PASSKEY', 'RECOVERY_CODE'])),
  passkeyOptions: z.string().nullable(),
})

/** The page at which people sign in with a browser, wherever they wanted to go. */
export class SignInPage {
  readonly #deps: SignInPageDeps

  constructor(deps: SignInPageDeps) {
    this.#deps = deps
  }

  show({ email, reason }: SignInHint, place: FormPlace, fault?: string): PublicRouteResponse {
    const goal = new URLSearchParams({ to: place.address })
    const doors = this.#deps.doors.map(
      ({ label, path }) =>
        `<p><a href="${escapeHtml(`${path}?${goal}`)}">Sign in with ${escapeHtml(label)}</a></p>`,
    )
    return formPage(
      {
        title: 'Sign in',
        before: `<p>${escapeHtml(reason)}</p>`,
        fields: `<p><label>E-mail <input name="email" type="email" autocomplete="username" required value="${escapeHtml(email)}"></label></p>
<p><label>Password <input name="password" type="password" autocomplete="current-password" required maxlength="128"></label></p>
<button name="step" value="sign-in">Sign in</button>`,
        after: doors.join('\n'),
        fault,
      },
      place,
    )
  }

  /** Signs in, or answers the page that says what is still missing. */
  submit(sent: SentForm): Promise<SignedIn | PublicRouteResponse> {
    return sent.form.get('step') === 'second-factor'
      ? this.#proveFactor(sent)
      : this.#provePassword(sent)
  }

  /** Signs a browser in with a session that nobody has the tokens of. */
  async enter({ sessionId }: OpenSession): Promise<SignedIn> {
    const { browsers } = this.#deps
    return { setCookie: browsers.setCookie(await browsers.signIn(sessionId)) }
  }

  async #provePassword({ form, client, hint, place }: SentForm) {
    const email = form.get('email') ?? ''
    const password = form.get('password') ?? ''
    const entered = await this.#deps.signIn.login({ email, password }, client)
    if (entered.__typename === 'Session') return this.enter(entered)
    if (entered.__typename === 'SecondFactorRequired') return secondFactorForm(entered, place)
    return this.show({ ...hint, email }, place, entered.message)
  }

  async #proveFactor({ form, client, hint, place }: SentForm) {
    const asked = readAsked(form)
    if (!asked) return this.show(hint, place, 'This form is not complete. Sign in again.')
    const { challenge } = asked
    const answer = { challenge, ...answerOf(form) }
    const entered = await this.#deps.loginCompletions.complete(answer, client)
    if (entered.__typename === 'Session') return this.enter(entered)
    const isOver = ['ChallengeExpired', 'EmailNotVerified', 'AccountSuspended']
    return isOver.includes(entered.__typename)
      ? this.show(hint, place, entered.message)
      : secondFactorForm(asked, place, entered.message)
  }
}

/** Who sent a form, for limits and for the list of their sessions. */
export function clientOf({ headers, identity }: PublicRouteRequest): Client {
  return { address: identity.clientAddress, userAgent: headers['user-agent'] ?? null }
}

function answerOf(form: URLSearchParams) {
  const [code, recoveryCode, passkey] = ['code', 'recoveryCode', 'passkey'].map(
    (name) => form.get(name)?.trim() || undefined,
  )
  if (passkey !== undefined) return { passkey }
  return recoveryCode === undefined ? { code: code ?? '' } : { recoveryCode }
}

function readAsked(form: URLSearchParams): AskedFactor | undefined {
  const text = form.get('asked')
  try {
    return text === null ? undefined : askedShape.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}
