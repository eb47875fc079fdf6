import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { StartError } from '@gravity/shared/config/start-error'
import { z } from 'zod'

/** `off`: everything may run; `log`: what is not listed is logged; `enforce`: only what is listed runs. */
export type SafelistMode = 'off' | 'log' | 'enforce'

/** Where documents come from besides the request, and which may run. */
export interface DocumentsConfig {
  /** Whether clients may register documents under their hashes (automatic persisted queries). */
  readonly automatic: boolean
  /** How long a registered document is kept where all routers find it. */
  readonly automaticTtlSeconds: number
  readonly safelist: SafelistMode
  /** The manifest with the operations of the clients; its documents are known by their ids under every mode. */
  readonly safelistFile: string | undefined
}

const schema = z.object({
  GRAVITY_ROUTER_APQ: z.stringbool().default(true),
  GRAVITY_ROUTER_APQ_TTL_SECONDS: z.coerce.number().int().min(1).default(86_400),
  GRAVITY_ROUTER_SAFELIST: z.enum(['off', 'log', 'enforce']).default('off'),
  GRAVITY_ROUTER_SAFELIST_FILE: z.string().min(1).optional(),
})

/** Reads GRAVITY_ROUTER_APQ… and GRAVITY_ROUTER_SAFELIST…. Throws a StartError. */
export function readDocumentsConfig(environment: NodeJS.ProcessEnv): DocumentsConfig {
  const env = parseEnvironment(schema, environment)
  const { GRAVITY_ROUTER_SAFELIST: safelist, GRAVITY_ROUTER_SAFELIST_FILE: safelistFile } = env
  if (safelist !== 'off' && safelistFile === undefined) {
    throw new StartError(
      `GRAVITY_ROUTER_SAFELIST is ${safelist}, so GRAVITY_ROUTER_SAFELIST_FILE must name the manifest of the operations that may run.`,
    )
  }
  return {
    automatic: env.GRAVITY_ROUTER_APQ,
    automaticTtlSeconds: env.GRAVITY_ROUTER_APQ_TTL_SECONDS,
    safelist,
    safelistFile,
  }
}
