import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type DataLoader from 'dataloader'
import { createAccountLoader } from './accounts/account.loaders.ts'
import type { AccountSummary } from './accounts/account.repository.ts'
import type { AccountService } from './accounts/account.service.ts'
import type { SessionService } from './sessions/session.service.ts'

export interface AuthContext {
  readonly viewer: Viewer | null
  readonly clientAddress: string | null
  readonly accounts: AccountService
  readonly sessions: SessionService
  readonly loaders: { readonly accountById: DataLoader<string, AccountSummary | null> }
}

export function createAuthContext(
  services: { readonly accounts: AccountService; readonly sessions: SessionService },
  identity: RequestIdentity,
): AuthContext {
  return {
    ...services,
    viewer: identity.viewer,
    clientAddress: identity.clientAddress,
    loaders: { accountById: createAccountLoader(services.accounts, identity.viewer) },
  }
}
