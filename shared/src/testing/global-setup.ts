import { keepTestServices } from './running-services.ts'
import { startTestServices } from './test-services.ts'

/** Jest's `globalSetup`: starts the services of the run; the workers find them in the environment. */
export default async function setUp(): Promise<void> {
  const services = await startTestServices(process.env)
  keepTestServices(services)
  Object.assign(process.env, {
    GRAVITY_TEST_DATABASE_URL: services.databaseUrl,
    ...(services.redisUrl && { GRAVITY_TEST_REDIS_URL: services.redisUrl }),
  })
  if (services.redisUrl) return
  console.warn(`
  ****************************************************************************
  ** THERE IS NO redis-server ON THE PATH: EVERY TEST THAT NEEDS REDIS IS    **
  ** SKIPPED (the Redis side of pub/sub, cache, rate limits, queues, jobs).  **
  ** Install Redis, or set GRAVITY_TEST_REDIS_URL, to run them.              **
  ****************************************************************************
`)
}
