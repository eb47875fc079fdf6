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
    | 'signIn'
    | 'registrations'
    | 'passwords'
    | 'emailChanges'
    | 'sessions'
    | 'mailbox'
  > {
  readonly viewer: Viewer | null
  readonly client: Client
  readonly loaders: { readonly accountById: DataLoader<string, AccountSummary | null> }
}

export function createAuthContext(services: AuthServices, identity: RequestIdentity): AuthContext {
  const { administration, signIn, registrations, passwords, emailChanges, sessions, mailbox } =
    services
  return {
    administration,
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
