// node scripts/provision.ts: gives every subgraph its database and role in the cluster of DATABASE_URL, and ends.
import { inspect } from 'node:util'
import { StartError } from '@gravity/shared/config/start-error'
import { readPlatformConfig } from '@gravity/shared/platform/config'
import { provisionPlatform } from '@gravity/shared/platform/provision-platform'
import { subgraphList } from './subgraph-list.ts'

try {
  const config = readPlatformConfig()
  if (config.clusterUrl === undefined) {
    throw new StartError(
      'DATABASE_URL is not set, but must be the address of an administrator, such as postgres://user:password@host:5432/postgres.',
    )
  }
  const names = subgraphList.map(({ name }) => name)
  await provisionPlatform(config, names)
  console.log(`The databases are ready: ${[...names, 'queues'].join(', ')}.`)
} catch (error) {
  const reason = error instanceof StartError ? error.message : inspect(error)
  console.error(`The databases cannot be provisioned. ${reason}`)
  process.exitCode = 1
}
