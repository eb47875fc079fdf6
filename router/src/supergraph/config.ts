import type { Contract } from '@gravity/schema/contract/contract'
import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

const tags = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  )
  .default([])

const schema = z.object({
  GRAVITY_ROUTER_CONTRACT_INCLUDE: tags,
  GRAVITY_ROUTER_CONTRACT_EXCLUDE: tags,
})

/** Reads which part of the graph is served, by tags; all of it by default. Throws a StartError. */
export function readContractConfig(environment: NodeJS.ProcessEnv): Contract {
  const env = parseEnvironment(schema, environment)
  return {
    include: env.GRAVITY_ROUTER_CONTRACT_INCLUDE,
    exclude: env.GRAVITY_ROUTER_CONTRACT_EXCLUDE,
  }
}
