import {
  AccountAdministrationService,
  type AccountAdministrationServiceDeps,
} from './account-administration.service.ts'
import { AccountChanges } from './account-changes.ts'
import { AdministrationService, type AdministrationServiceDeps } from './administration.service.ts'
import { ImpersonationService, type ImpersonationServiceDeps } from './impersonation.service.ts'

type Parts = Omit<
  AccountAdministrationServiceDeps & ImpersonationServiceDeps & AdministrationServiceDeps,
  'changes'
>

/** What administrators work with; all of it changes accounts in one and the same way. */
export function createAdministration(parts: Parts) {
  const changes = new AccountChanges(parts)
  const own = { ...parts, changes }
  return {
    administration: new AdministrationService(own),
    accountAdministration: new AccountAdministrationService(own),
    impersonations: new ImpersonationService(own),
  }
}
