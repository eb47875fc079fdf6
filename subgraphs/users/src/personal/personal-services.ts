import type { Database } from '@gravity/shared/database/open-database'
import type { Consumer } from '@gravity/shared/events/consumer'
import { createGuardedFetch } from '@gravity/shared/http/guarded-fetch'
import type { Platform } from '@gravity/shared/platform/platform'
import { AddressService } from '../addresses/address.service.ts'
import type { UsersConfig } from '../config.ts'
import { ConsentService } from '../consents/consent.service.ts'
import { deletionConsumers } from '../deletion/deletion.consumers.ts'
import { DeletionService } from '../deletion/deletion.service.ts'
import { dataExportConsumers } from '../export/data-export.consumers.ts'
import { DataExportService } from '../export/data-export.service.ts'
import { createDownloadTokens, DOWNLOAD_SECRET } from '../export/download-token.ts'
import { advanceDeletions } from '../jobs/advance-deletions.ts'
import { advanceExports } from '../jobs/advance-exports.ts'
import { checkLinks } from '../jobs/check-links.ts'
import { freeUsernames } from '../jobs/free-usernames.ts'
import { LinkService } from '../links/link.service.ts'
import type { UsersReads, UsersStore } from '../store.ts'
import { UsernameService } from '../usernames/username.service.ts'
import { VerificationService } from '../verification/verification.service.ts'

export interface PersonalParts {
  readonly database: Database<UsersStore, UsersReads>
  readonly config: UsersConfig
  readonly platform: Platform
}

/** What people have and decide for themselves. */
export type PersonalServices = ReturnType<typeof createPersonalServices>

export function createPersonalServices({ config, database, platform }: PersonalParts) {
  const log = platform.log.child({ service: 'users' })
  const { pubsub, rateLimits } = platform
  const clock = { now: () => platform.now(), newId: () => platform.newId() }
  const tokens = createDownloadTokens(platform.secretFor(DOWNLOAD_SECRET))
  const fetchPage = createGuardedFetch({
    allowLoopback: config.allowsLoopbackLinks,
    userAgent: `Gravity (${config.publicUrl})`,
  })
  return {
    usernames: new UsernameService({ database, config, pubsub, log, now: clock.now }),
    deletions: new DeletionService({ database, config, clock }),
    exports: new DataExportService({ database, config, tokens, rateLimits, clock }),
    verification: new VerificationService({ database, pubsub, log, clock }),
    links: new LinkService({ database, config, fetchPage, pubsub, log, clock }),
    addresses: new AddressService({ database, clock }),
    consents: new ConsentService({ database, clock }),
  }
}

export function personalConsumers(
  { deletions, exports }: PersonalServices,
  platform: Platform,
): Consumer<UsersStore>[] {
  return [...deletionConsumers(deletions, () => platform.now()), ...dataExportConsumers(exports)]
}

export const personalJobs = [advanceDeletions, advanceExports, checkLinks, freeUsernames]
