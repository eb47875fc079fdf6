import type { TestServices } from './test-services.ts'

declare global {
  // Jest loads its setup and its teardown apart, so the global object is what they share.
  var gravityTestServices: TestServices | undefined
}

/** Hands the running services from jest's global setup to its global teardown. */
export function keepTestServices(services: TestServices): void {
  globalThis.gravityTestServices = services
}

export function takeTestServices(): TestServices | undefined {
  return globalThis.gravityTestServices
}
