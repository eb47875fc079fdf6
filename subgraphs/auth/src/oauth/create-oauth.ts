import type { Database } from '@gravity/shared/database/open-database'
import type { Platform } from '@gravity/shared/platform/platform'
import type { PublicRoute } from '@gravity/shared/server/subgraph'
import type { Entrance } from '../accounts/entrance.ts'
import type { LoginCompletionService } from '../accounts/login-completion.service.ts'
import type { SignInService } from '../accounts/sign-in.service.ts'
import { ApiKeyService } from '../api-keys/api-key.service.ts'
import { apiKeyRoute } from '../api-keys/api-key-route.ts'
import type { AuthConfig } from '../config.ts'
import type { RequestLimits } from '../defence/request-limits.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { createOutsideSignIn } from '../outside-sign-in/create-outside-sign-in.ts'
import type { PasswordHashing } from '../passwords/password-hashing.ts'
import type { SessionService } from '../sessions/session.service.ts'
import type { TokenIssuer } from '../sessions/token-issuer.ts'
import type { ProofRequirement } from '../step-up/proof-requirement.ts'
import type { AuthReads, AuthStore } from '../store.ts'
import { AuthorizationService } from './authorization.service.ts'
import { authorizeRoutes } from './authorize-routes.ts'
import { BrowserSessions } from './browser-sessions.ts'
import { ClientAuthentication } from './client-authentication.ts'
import { ConnectedApplications } from './connected-applications.service.ts'
import { DelegatedSessions } from './delegated-sessions.ts'
import { OAuthClientService } from './oauth-client.service.ts'
import { programRoutes } from './program-routes.ts'
import { TokenService } from './token.service.ts'
import { TokenInspection } from './token-inspection.service.ts'

export interface OAuthParts {
  readonly platform: Platform
  readonly config: AuthConfig
  readonly database: Database<AuthStore, AuthReads>
  readonly sessions: SessionService
  readonly tokens: TokenIssuer
  readonly keys: KeyRing
  readonly passwords: PasswordHashing
  readonly signIn: SignInService
  readonly requirement: ProofRequirement
  readonly entrance: Entrance
  readonly loginCompletions: LoginCompletionService
  readonly limits: RequestLimits
}

/** What lets programs act for people: clients, grants and keys, and the addresses and pages for them. */
export function createOAuth(parts: OAuthParts) {
  const { config, database, keys, platform, sessions } = parts
  const clock = platform
  const own = { database, sessions, keys, issuer: config.publicUrl, clock }
  const delegatedSessions = new DelegatedSessions({ tokens: parts.tokens, config, clock })
  const oauthClients = new OAuthClientService({ ...own, passwords: parts.passwords })
  const applications = new ConnectedApplications(own)
  const apiKeys = new ApiKeyService({ ...own, delegatedSessions, requirement: parts.requirement })
  const browsers = new BrowserSessions({
    ...own,
    publicUrl: config.publicUrl,
    formSecret: platform.secretFor('auth.forms'),
  })
  const tokens = new TokenService({
    ...own,
    signIn: parts.signIn,
    delegatedSessions,
    allowsPasswords: config.passwordGrant,
  })
  const clientAuthentication = new ClientAuthentication({
    database,
    rateLimits: platform.rateLimits,
  })
  const { outsideSignIn, signInPage, signInRoutes } = createOutsideSignIn(parts, browsers)
  const authorization = new AuthorizationService(own)
  const inspection = new TokenInspection(own)
  const oauthRoutes: readonly PublicRoute[] = [
    ...programRoutes({ clientAuthentication, tokens, inspection, issuer: own.issuer }),
    ...authorizeRoutes({ authorization, browsers, signInPage }),
    ...signInRoutes,
    apiKeyRoute(apiKeys),
  ]
  return { oauthClients, applications, apiKeys, outsideSignIn, oauthRoutes }
}
