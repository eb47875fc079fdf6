import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

/** What is written of requests. */
export interface AccessLogConfig {
  /** `errors` writes what was answered with an error, or with a status of 400 and above. */
  readonly mode: 'on' | 'off' | 'errors'
  /** How much of a client's address is written; `network` keeps the first 24 bits, of IPv6 48. */
  readonly address: 'full' | 'network' | 'off'
  /** Whether the viewer's id is written. */
  readonly viewer: boolean
  readonly format: 'json' | 'pretty'
}

const schema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  GRAVITY_ROUTER_ACCESS_LOG: z.enum(['on', 'off', 'errors']).optional(),
  GRAVITY_ROUTER_ACCESS_LOG_ADDRESS: z.enum(['full', 'network', 'off']).default('network'),
  GRAVITY_ROUTER_ACCESS_LOG_VIEWER: z.stringbool().default(true),
})

/** Reads GRAVITY_ROUTER_ACCESS_LOG…; by default it is on in production and off elsewhere. Throws a StartError. */
export function readAccessLogConfig(environment: NodeJS.ProcessEnv): AccessLogConfig {
  const env = parseEnvironment(schema, environment)
  const production = env.NODE_ENV === 'production'
  return {
    mode: env.GRAVITY_ROUTER_ACCESS_LOG ?? (production ? 'on' : 'off'),
    address: env.GRAVITY_ROUTER_ACCESS_LOG_ADDRESS,
    viewer: env.GRAVITY_ROUTER_ACCESS_LOG_VIEWER,
    format: production ? 'json' : 'pretty',
  }
}
