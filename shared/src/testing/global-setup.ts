import { keepTestServices } from './running-services.ts'
import { startTestServices } from './test-services.ts'

const settings = /^(PORT|HOST|REDIS_URL|DATABASE_URL|GRAVITY_)/
/** What steers the tests themselves. */
const testSettings = /^GRAVITY_(TEST|FUZZ|MEASURE)/

/** Jest's `globalSetup`: starts the services of the run; the workers find them in the environment. */
export default async function setUp(): Promise<void> {
  forgetSettings(process.env)
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

/** Nothing that somebody has set for running the platform may reach a test. */
function forgetSettings(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (settings.test(name) && !testSettings.test(name)) delete env[name]
  }
}
