import { takeTestServices } from './running-services.ts'

/** Jest's `globalTeardown`: stops what `globalSetup` started and deletes its data. */
export default async function tearDown(): Promise<void> {
  await takeTestServices()?.stop()
}
