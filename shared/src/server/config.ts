import { z } from 'zod'
import { parseEnvironment } from '../config/parse-environment.ts'
import { readPlatformConfig } from '../platform/config.ts'

/** What the environment says about a subgraph's server; see `readServerConfig`. */
export interface ServerConfig {
  readonly host: string
  readonly port: number
  readonly meshSecret: string
  readonly previousMeshSecret: string | undefined
}

/**
 * Reads HOST (default: 127.0.0.1, and every address in production), PORT (default: the service's own) and the mesh
 * secrets of the platform. Throws a StartError that says what to change.
 */
export function readServerConfig(
  defaultPort: number,
  env: NodeJS.ProcessEnv = process.env,
): ServerConfig {
  const { environment, meshSecret, previousMeshSecret } = readPlatformConfig(env)
  const { HOST, PORT } = parseEnvironment(
    z.object({
      HOST: z.string().default(environment === 'production' ? '0.0.0.0' : '127.0.0.1'),
      PORT: z.coerce
        .number()
        .int()
        .min(0)
        .max(65_535)
        .describe('a port from 0 to 65535')
        .default(defaultPort),
    }),
    env,
  )
  return { host: HOST, port: PORT, meshSecret, previousMeshSecret }
}
