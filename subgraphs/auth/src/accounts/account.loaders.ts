import { loadByKey } from '@gravity/shared/loaders/load-by-key'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type DataLoader from 'dataloader'
import type { AccountSummary } from './account.repository.ts'
import type { AccountService } from './account.service.ts'

/** What the viewer may see of accounts; null for everything else. */
export function createAccountLoader(
  accounts: AccountService,
  viewer: Viewer | null,
): DataLoader<string, AccountSummary | null> {
  return loadByKey(
    (ids: readonly string[]) => accounts.summariesFor(viewer, ids),
    ({ id }) => id,
  )
}
