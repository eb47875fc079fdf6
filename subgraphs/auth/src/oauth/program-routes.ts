import type {
  PublicRoute,
  PublicRouteRequest,
  PublicRouteResponse,
} from '@gravity/shared/server/subgraph'
import type { ClientAuthentication } from './client-authentication.ts'
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts'
import { clientOf } from './sign-in-page.ts'
import type { TokenService } from './token.service.ts'
import type { TokenInspection } from './token-inspection.service.ts'

export interface ProgramRoutesDeps {
  readonly clientAuthentication: ClientAuthentication
  readonly tokens: TokenService
  readonly inspection: TokenInspection
  readonly issuer: string
}

const statusOf: Partial<Readonly<Record<OAuthErrorCode, number>>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  temporarily_unavailable: 429,
}

/** The addresses that programs call themselves, and the document that tells where they are. */
export function programRoutes(deps: ProgramRoutesDeps): PublicRoute[] {
  const { clientAuthentication, inspection, tokens } = deps
  const userInfo = (request: PublicRouteRequest) =>
    answered(async () => inspection.userInfo(bearerToken(request)), 'Bearer realm="gravity"')
  return [
    discoveryRoute('/.well-known/openid-configuration', deps.issuer),
    discoveryRoute('/.well-known/oauth-authorization-server', deps.issuer),
    forPrograms('/oauth/token', deps, async (program, { form, request }) => {
      const { clientAddress } = request.identity
      // A wrong code or token is a guess, as a wrong secret is.
      await clientAuthentication.takeAttempt({ clientAddress })
      const answer = await tokens.answer({ program, form, client: clientOf(request) })
      await clientAuthentication.giveBackAttempt({ clientAddress })
      return answer
    }),
    forPrograms('/oauth/introspect', deps, (program, { form }) =>
      inspection.introspect(program, form.get('token') ?? ''),
    ),
    forPrograms('/oauth/revoke', deps, async (program, { form }) => {
      await inspection.revoke(program, form.get('token') ?? '')
      return {}
    }),
    { method: 'GET', path: '/oauth/userinfo', authorization: 'own', handle: userInfo },
    { method: 'POST', path: '/oauth/userinfo', authorization: 'own', handle: userInfo },
  ]
}

type Program = Awaited<ReturnType<ClientAuthentication['identify']>>

function forPrograms(
  path: string,
  { clientAuthentication }: ProgramRoutesDeps,
  answer: (
    program: Program,
    asked: { readonly form: URLSearchParams; readonly request: PublicRouteRequest },
  ) => Promise<object>,
): PublicRoute {
  return {
    method: 'POST',
    path,
    authorization: 'own',
    handle(request) {
      const { authorization } = request.headers
      const challenge = authorization === undefined ? undefined : 'Basic realm="gravity"'
      return answered(async () => {
        const form = readForm(request)
        const { clientAddress } = request.identity
        const program = await clientAuthentication.identify({ authorization, form, clientAddress })
        return answer(program, { form, request })
      }, challenge)
    },
  }
}

function readForm({ body, headers }: PublicRouteRequest): URLSearchParams {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new OAuthError('invalid_request', 'Send a form: application/x-www-form-urlencoded.')
  }
  const form = new URLSearchParams(body)
  const names = [...form.keys()]
  // RFC 6749, section 3.2.
  if (new Set(names).size < names.length) {
    throw new OAuthError('invalid_request', 'No parameter may be sent twice.')
  }
  return form
}

function bearerToken({ headers }: PublicRouteRequest): string {
  const [scheme = '', token = ''] = (headers['authorization'] ?? '').trim().split(/ +/, 2)
  if (scheme.toLowerCase() === 'bearer' && token !== '') return token
  throw new OAuthError('invalid_token', 'Send "authorization: Bearer <access token>".')
}

async function answered(
  answer: () => Promise<object>,
  /** The challenge for who is not let in; undefined for who did not use the header. */
  challenge: string | undefined,
): Promise<PublicRouteResponse> {
  try {
    return json(200, await answer())
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const { code, message, retryAfterSeconds } = error
    const status = statusOf[code] ?? 400
    const isChallenged = challenge !== undefined && status === 401
    return json(
      // RFC 6749, section 5.2: 401 answers the header `authorization`.
      status === 401 && !isChallenged ? 400 : status,
      { error: code, error_description: message },
      {
        ...(isChallenged && { 'www-authenticate': `${challenge}, error="${code}"` }),
        ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      },
    )
  }
}

function json(
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): PublicRouteResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  }
}

/** RFC 8414 and OpenID Connect Discovery: the same document under both names. */
function discoveryRoute(path: string, issuer: string): PublicRoute {
  const clientAuthentication = ['client_secret_basic', 'client_secret_post', 'none']
  const document = {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: ['openid', 'email', 'offline_access'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['EdDSA'],
    claims_supported: ['sub', 'email', 'email_verified', 'auth_time', 'amr'],
    code_challenge_methods_supported: ['S256'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    token_endpoint_auth_methods_supported: clientAuthentication,
    revocation_endpoint_auth_methods_supported: clientAuthentication,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    authorization_response_iss_parameter_supported: true,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  }
  return {
    method: 'GET',
    path,
    handle: async () => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
      body: JSON.stringify(document),
    }),
  }
}
