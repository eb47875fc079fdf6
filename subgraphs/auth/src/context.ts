import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type DataLoader from 'dataloader'
import { createAccountLoader } from './accounts/account.loaders.ts'
import type { AccountSummary } from './accounts/account.repository.ts'
import type { AuthServices } from './services.ts'
import type { Client } from './sessions/client.ts'

export interface AuthContext
  extends Pick<
    AuthServices,
    | 'administration'
    | 'accountAdministration'
    | 'impersonations'
    | 'signIn'
    | 'registrations'
    | 'passwords'
    | 'emailChanges'
    | 'sessions'
    | 'mailbox'
    | 'oauthClients'
    | 'applications'
    | 'apiKeys'
    | 'outsideSignIn'
    | 'recoveryCodes'
    | 'totp'
    | 'passkeys'
    | 'passkeyRegistrations'
    | 'passkeyLogins'
    | 'loginCompletions'
    | 'stepUps'
    | 'secondFactorResets'
    | 'secondFactorsOf'
  > {
  readonly viewer: Viewer | null
  readonly client: Client
  readonly loaders: { readonly accountById: DataLoader<string, AccountSummary | null> }
}

export function createAuthContext(services: AuthServices, identity: RequestIdentity): AuthContext {
  const { administration, accountAdministration, impersonations } = services
  const { signIn, registrations, passwords, emailChanges, sessions, mailbox } = services
  const { recoveryCodes, totp, secondFactorResets, secondFactorsOf } = services
  const { loginCompletions, passkeyLogins, passkeyRegistrations, passkeys, stepUps } = services
  const { apiKeys, applications, oauthClients, outsideSignIn } = services
  return {
    apiKeys,
    applications,
    oauthClients,
    outsideSignIn,
    recoveryCodes,
    totp,
    secondFactorResets,
    secondFactorsOf,
    loginCompletions,
    passkeyLogins,
    passkeyRegistrations,
    passkeys,
    stepUps,
    administration,
    accountAdministration,
    impersonations,
    signIn,
    registrations,
    passwords,
    emailChanges,
    sessions,
    mailbox,
    viewer: identity.viewer,
    client: { address: identity.clientAddress, userAgent: identity.userAgent ?? null },
    loaders: { accountById: createAccountLoader(services.accounts, identity.viewer) },
  }
}
