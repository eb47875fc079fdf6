import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { StartError } from '@gravity/shared/config/start-error'
import { z } from 'zod'

/** The files of a server that ends TLS itself. */
export interface TlsFiles {
  /** The certificate, and those of the authorities between it and the root, in PEM. */
  readonly certificate: string
  /** The certificate's private key in PEM. */
  readonly key: string
  /** The authorities whose certificates clients must show; undefined to ask clients for none. */
  readonly clientAuthority: string | undefined
}

/** What clients may send in which form, and how they are answered. */
export interface TransportConfig {
  /** How many operations one HTTP request may carry as an array; 0 refuses arrays. */
  readonly batchLimit: number
  /** Whether answers are compressed for those who accept it. */
  readonly compression: boolean
  /** Undefined where something in front ends TLS. */
  readonly tls: TlsFiles | undefined
}

const path = z.string().min(1)

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  GRAVITY_ROUTER_BATCH: z.coerce.number().int().min(0).max(1_000).default(10),
  GRAVITY_ROUTER_COMPRESSION: z.stringbool().optional(),
  GRAVITY_ROUTER_TLS_CERTIFICATE: path.optional(),
  GRAVITY_ROUTER_TLS_KEY: path.optional(),
  GRAVITY_ROUTER_TLS_CLIENT_CA: path.optional(),
})

/** Reads GRAVITY_ROUTER_BATCH, GRAVITY_ROUTER_COMPRESSION and GRAVITY_ROUTER_TLS_…. Throws a StartError. */
export function readTransportConfig(environment: NodeJS.ProcessEnv): TransportConfig {
  const env = parseEnvironment(schema, environment)
  return {
    batchLimit: env.GRAVITY_ROUTER_BATCH,
    compression: env.GRAVITY_ROUTER_COMPRESSION ?? env.NODE_ENV === 'production',
    tls: tlsFiles(env),
  }
}

function tlsFiles(env: z.infer<typeof schema>): TlsFiles | undefined {
  const certificate = env.GRAVITY_ROUTER_TLS_CERTIFICATE
  const key = env.GRAVITY_ROUTER_TLS_KEY
  const clientAuthority = env.GRAVITY_ROUTER_TLS_CLIENT_CA
  if (certificate !== undefined && key !== undefined) return { certificate, key, clientAuthority }
  if (certificate === undefined && key === undefined && clientAuthority === undefined) {
    return undefined
  }
  throw new StartError(
    'TLS needs both GRAVITY_ROUTER_TLS_CERTIFICATE and GRAVITY_ROUTER_TLS_KEY, the files of a certificate and of its key.',
  )
}
