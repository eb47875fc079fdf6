import { readPlatformConfig } from '@gravity/shared/platform/config'
import { createIdentitySigner, IDENTITY_HEADER } from '@gravity/shared/viewer/signed-identity'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'

/** The viewer as the router would sign it for the users subgraph; good for 30 seconds, so made anew for each round. */
export function signedHeaders(
  userId: string,
  platformEnv: NodeJS.ProcessEnv,
): Record<string, string> {
  const signer = createIdentitySigner({ secret: readPlatformConfig(platformEnv).meshSecret })
  const viewer = {
    userId,
    sessionId: userId,
    roles: [],
    scopes: [],
    expiresAt: Math.floor(Date.now() / 1_000) + 600,
  }
  const traceparent = createTraceparent()
  const identity = { viewer, requestId: 'bench', traceparent, clientAddress: '127.0.0.1' }
  return { [IDENTITY_HEADER]: signer.sign(identity, 'users') }
}
