import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

/** What is kept of answers, and how much of it. */
export interface CachingConfig {
  /** The most that whole answers may take in memory; 0 keeps none, and no answer says how long it may be kept. */
  readonly answerBytes: number
  /** The most that entities of subgraphs' answers may take in memory; 0 keeps none. */
  readonly entityBytes: number
  /** Whether equal queries under way at the same time are executed once. */
  readonly deduplicates: boolean
  /** What callers of the invalidation address must present; undefined for no such address. */
  readonly invalidationSecret: string | undefined
}

const bytes = z.coerce.number().int().min(1).default(67_108_864)

const schema = z.object({
  GRAVITY_ROUTER_RESPONSE_CACHE: z.stringbool().default(true),
  GRAVITY_ROUTER_RESPONSE_CACHE_BYTES: bytes,
  GRAVITY_ROUTER_ENTITY_CACHE: z.stringbool().default(true),
  GRAVITY_ROUTER_ENTITY_CACHE_BYTES: bytes,
  GRAVITY_ROUTER_DEDUPLICATE: z.stringbool().default(false),
  GRAVITY_ROUTER_CACHE_SECRET: z.string().min(16).optional(),
})

/** Reads GRAVITY_ROUTER_RESPONSE_CACHE… and its like. Throws a StartError. */
export function readCachingConfig(environment: NodeJS.ProcessEnv): CachingConfig {
  const env = parseEnvironment(schema, environment)
  return {
    answerBytes: env.GRAVITY_ROUTER_RESPONSE_CACHE ? env.GRAVITY_ROUTER_RESPONSE_CACHE_BYTES : 0,
    entityBytes: env.GRAVITY_ROUTER_ENTITY_CACHE ? env.GRAVITY_ROUTER_ENTITY_CACHE_BYTES : 0,
    deduplicates: env.GRAVITY_ROUTER_DEDUPLICATE,
    invalidationSecret: env.GRAVITY_ROUTER_CACHE_SECRET,
  }
}
