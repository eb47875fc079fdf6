import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import type { CountRequest } from '../limits/request-rate.ts'
import type { Authentication } from '../viewer/authentication.ts'

/**
 * Turns the `authorization` of a request into its identity, and counts the request. Throws UNAUTHENTICATED for a token
 * that does not hold – which counts as a request without one, so that guessing tokens is limited by address – and
 * RATE_LIMITED.
 */
export type Admit = (
  authorization: string | undefined,
  identityOf: (viewer: Viewer | null) => RequestIdentity,
) => RequestIdentity | Promise<RequestIdentity>

export interface AdmissionOptions {
  readonly authentication: Authentication
  readonly countRequest: CountRequest | undefined
}

/** Who asks, and whether they may ask now: the same for every transport. */
export function createAdmission({ authentication, countRequest }: AdmissionOptions): Admit {
  return (authorization, identityOf) =>
    authorization === undefined && !countRequest
      ? identityOf(null)
      : admit(authorization, identityOf)

  async function admit(
    authorization: string | undefined,
    identityOf: (viewer: Viewer | null) => RequestIdentity,
  ): Promise<RequestIdentity> {
    const viewer = await identify(authorization, async () => countRequest?.(identityOf(null)))
    const identity = identityOf(viewer)
    if (countRequest) await countRequest(identity)
    return identity
  }

  async function identify(
    authorization: string | undefined,
    onRefusal: () => Promise<void>,
  ): Promise<Viewer | null> {
    try {
      return await authentication.identify(authorization)
    } catch (error) {
      await onRefusal()
      throw error
    }
  }
}
