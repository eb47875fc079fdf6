import type {
  PublicRoute,
  PublicRouteRequest,
  PublicRouteResponse,
} from '@gravity/shared/server/subgraph'
import { escapeHtml, htmlPage } from '../mailbox/html-page.ts'
import type { AuthorizationService, Question } from './authorization.service.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { Browser, BrowserSessions } from './browser-sessions.ts'
import { type FormPlace, foreignForm, formPage, redirectTo } from './form-page.ts'
import type { SignedInBrowser } from './grant.repository.ts'
import { OAuthError } from './oauth-error.ts'
import { formTargetOf } from './redirect-uri.ts'
import { describeScope } from './scopes.ts'
import { clientOf, type SignInPage } from './sign-in-page.ts'

export interface AuthorizeRoutesDeps {
  readonly authorization: AuthorizationService
  readonly browsers: BrowserSessions
  readonly signInPage: SignInPage
}

export const AUTHORIZE_PATH = '/oauth/authorize'

/** One look of a browser at the page of a request. */
interface Visit {
  readonly request: AuthorizationRequest
  readonly parameters: URLSearchParams
  readonly browser: Browser
  readonly place: FormPlace
}

/**
 * Where programs send people to be let in: signs them in, asks them what the program may do, and sends them back. The
 * request stays in the address, and is judged anew by every step.
 */
export function authorizeRoutes(deps: AuthorizeRoutesDeps): PublicRoute[] {
  return [
    {
      method: 'GET',
      path: AUTHORIZE_PATH,
      handle: (asked) => answer(deps, asked, (visit) => show(deps, visit)),
    },
    {
      method: 'POST',
      path: AUTHORIZE_PATH,
      async handle(asked) {
        const form = new URLSearchParams(asked.body)
        // A program may send its request as a form, too (OpenID Connect Core, section 3.1.2.1).
        if (!asked.query.has('client_id')) return redirectTo(`${AUTHORIZE_PATH}?${form}`)
        return answer(deps, asked, (visit) => submit(deps, visit, { asked, form }))
      },
    },
  ]
}

async function answer(
  { authorization, browsers }: AuthorizeRoutesDeps,
  { headers, query }: PublicRouteRequest,
  respond: (visit: Visit) => Promise<PublicRouteResponse>,
): Promise<PublicRouteResponse> {
  const begun = await authorization.begin(query)
  if (begun.kind === 'refused') return unknownProgram()
  if (begun.kind === 'answered') return redirectTo(begun.location)
  const { request } = begun
  const browser = await browsers.read(headers)
  const formTargets = [formTargetOf(request.redirectUri)]
  const place = browsers.place(browser, `${AUTHORIZE_PATH}?${query}`, { formTargets })
  try {
    return await respond({ request, parameters: query, browser, place })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return redirectTo(authorization.errorLocation(request, error))
  }
}

async function show(deps: AuthorizeRoutesDeps, visit: Visit): Promise<PublicRouteResponse> {
  const { authorization, signInPage } = deps
  const { browser, place, request } = visit
  const { signedIn } = browser
  if (!signedIn || authorization.mustSignInAgain(request, signedIn)) {
    if (request.prompts.has('none')) {
      throw new OAuthError('login_required', 'Nobody is signed in.')
    }
    return signInPage.show(hintOf(request), place)
  }
  const question = await authorization.questionFor(request, signedIn)
  if (question.isAnswered) {
    return redirectTo(await authorization.allow(request, signedIn, question.scopes))
  }
  if (request.prompts.has('none')) {
    throw new OAuthError('consent_required', 'The person has not been asked yet.')
  }
  return consentPage(visit, question, signedIn)
}

async function submit(
  deps: AuthorizeRoutesDeps,
  visit: Visit,
  { asked, form }: { readonly asked: PublicRouteRequest; readonly form: URLSearchParams },
): Promise<PublicRouteResponse> {
  const { authorization, browsers } = deps
  const { browser, place, request } = visit
  if (!browsers.isFormOf(browser, place.address, form.get('form') ?? '')) return foreignForm()
  const step = form.get('step')
  const { signedIn } = browser
  if (step === 'sign-out') {
    await browsers.signOut(browser)
    return redirectTo(place.address)
  }
  if (step !== 'allow' && step !== 'deny') return signIn(deps, visit, { asked, form })
  if (!signedIn) return redirectTo(place.address)
  if (step === 'deny') throw new OAuthError('access_denied', 'The person has said no.')
  const { scopes } = await authorization.questionFor(request, signedIn)
  return redirectTo(await authorization.allow(request, signedIn, scopes))
}

async function signIn(
  { signInPage }: AuthorizeRoutesDeps,
  { parameters, place, request }: Visit,
  { asked, form }: { readonly asked: PublicRouteRequest; readonly form: URLSearchParams },
): Promise<PublicRouteResponse> {
  const hint = hintOf(request)
  const entered = await signInPage.submit({ form, client: clientOf(asked), hint, place })
  if (!('setCookie' in entered)) return entered
  // Done now; otherwise the page would ask for it without end.
  const next = new URLSearchParams(parameters)
  if (request.prompts.has('consent')) next.set('prompt', 'consent')
  else next.delete('prompt')
  return redirectTo(`${AUTHORIZE_PATH}?${next}`, entered.setCookie)
}

function hintOf({ client, loginHint }: AuthorizationRequest) {
  return { reason: `${client.name} asks who you are.`, email: loginHint }
}

function consentPage(
  { place, request }: Visit,
  { scopes }: Question,
  { email }: SignedInBrowser,
): PublicRouteResponse {
  const name = escapeHtml(request.client.name)
  const lines = scopes.map((scope) => `<li>${escapeHtml(describeScope(scope))}</li>`)
  return formPage(
    {
      title: `Let ${request.client.name} in?`,
      before: `<p>You are signed in as ${escapeHtml(email)}. <strong>${name}</strong> will be able to:</p>
<ul>
${lines.join('\n')}
</ul>
<p><small>Afterwards you are sent to ${escapeHtml(formTargetOf(request.redirectUri))}. You can disconnect it at any time.</small></p>`,
      fields: `<button name="step" value="allow">Allow</button>
<button name="step" value="deny">Do not allow</button>
<button name="step" value="sign-out">Be somebody else</button>`,
    },
    place,
  )
}

function unknownProgram(): PublicRouteResponse {
  return htmlPage(
    'Sorry',
    '<p>The program that sent you here is unknown, or asks to send you back to an address that is not its own. You stay here.</p>',
    400,
  )
}
