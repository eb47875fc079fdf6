import { networkOf } from '@gravity/shared/rate-limit/network-of'
import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import type { RequestIdentity } from '@gravity/shared/viewer/viewer'
import { createRateRefusal } from './rate-refusal.ts'

/** Requests (over HTTP) and operations (over a socket) within one minute; 0 switches a limit off. */
export interface RequestRates {
  /** For one signed-in viewer, from wherever. */
  readonly perViewer: number
  /** For one address, of everybody there who is not signed in. */
  readonly perAddress: number
}

export interface RequestRateOptions {
  readonly rates: RequestRates
  readonly rateLimits: RateLimits
}

/** Counts one request of the identity. Throws RATE_LIMITED, with `retryAfterSeconds`, when it is one too many. */
export type CountRequest = (identity: RequestIdentity) => Promise<void>

const windowSeconds = 60

/**
 * Limits how often one viewer, or one address without a viewer, may ask. Undefined when both limits are off, so that
 * nothing is awaited then.
 */
export function createRequestRate(options: RequestRateOptions): CountRequest | undefined {
  const { rates, rateLimits } = options
  if (rates.perViewer === 0 && rates.perAddress === 0) return undefined
  const define = (name: string, points: number) =>
    points === 0 ? undefined : rateLimits.define({ name, points, windowSeconds })
  const perViewer = define('router.requests-by-viewer', rates.perViewer)
  const perAddress = define('router.requests-by-address', rates.perAddress)

  return async ({ viewer, clientAddress }) => {
    const limit = viewer ? perViewer : perAddress
    const key = viewer ? viewer.userId : clientAddress && networkOf(clientAddress)
    if (!limit || key === null) return
    const decision = await limit.consume(key)
    if (decision.allowed) return
    const name = viewer ? 'requests-by-viewer' : 'requests-by-address'
    const points = viewer ? rates.perViewer : rates.perAddress
    throw createRateRefusal({ name, rule: { points, windowSeconds }, decision })
  }
}
