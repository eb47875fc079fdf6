import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

/** How operations are answered. */
export interface ExecutionConfig {
  /** Whether clients may defer parts of an answer. */
  readonly defer: boolean
}

const schema = z.object({
  GRAVITY_ROUTER_DEFER: z.stringbool().default(true),
})

/** Reads GRAVITY_ROUTER_DEFER, on by default. Throws a StartError. */
export function readExecutionConfig(environment: NodeJS.ProcessEnv): ExecutionConfig {
  return { defer: parseEnvironment(schema, environment).GRAVITY_ROUTER_DEFER }
}
