import { provisionDatabases } from '../database/provision.ts'
import type { PlatformConfig } from './config.ts'
import { deriveDatabasePassword } from './derived-secrets.ts'

/**
 * Gives every service that has no `DATABASE_URL_<SERVICE>` its database and login role in the cluster of DATABASE_URL,
 * which must then be an administrator's address; `queues` is included. Idempotent. Does nothing without DATABASE_URL.
 * Call it before `openPlatform` wherever Gravity looks after its own cluster.
 */
export async function provisionPlatform(
  config: PlatformConfig,
  services: readonly string[],
): Promise<void> {
  if (config.clusterUrl === undefined) return
  await provisionDatabases({
    adminUrl: config.clusterUrl,
    services: services.filter((service) => config.ownDatabaseUrl(service) === undefined),
    passwordFor: (service) => deriveDatabasePassword(config.secret, service),
  })
}
