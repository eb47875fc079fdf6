import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

/** How operations are answered. */
export interface ExecutionConfig {
  /** Whether clients may defer parts of an answer. */
  readonly defer: boolean
  /** Codes of subgraphs whose errors reach clients as they are, beside those that every graph knows. */
  readonly allowedCodes: readonly string[]
}

const code = /^[A-Za-z][A-Za-z0-9_]{0,99}$/

const schema = z.object({
  GRAVITY_ROUTER_DEFER: z.stringbool().default(true),
  GRAVITY_ROUTER_ERROR_CODES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''))
    .refine((codes) => codes.every((each) => code.test(each)), 'a list such as SOLD_OUT,TOO_LATE')
    .default([]),
})

/** Reads GRAVITY_ROUTER_DEFER, on by default, and GRAVITY_ROUTER_ERROR_CODES. Throws a StartError. */
export function readExecutionConfig(environment: NodeJS.ProcessEnv): ExecutionConfig {
  const env = parseEnvironment(schema, environment)
  return { defer: env.GRAVITY_ROUTER_DEFER, allowedCodes: env.GRAVITY_ROUTER_ERROR_CODES }
}
