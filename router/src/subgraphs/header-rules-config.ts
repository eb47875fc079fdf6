import { StartError } from '@gravity/shared/config/start-error'
import { z } from 'zod'
import { type HeaderRule, isReservedHeader } from './header-rules.ts'

const pattern = /^\/(.+)\/$/
// RFC 9110, sections 5.1 and 5.5.
const headerName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

const name = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => headerName.test(text), 'must be the name of a header')
  .refine((text) => !isReservedHeader(text), 'is a header that no rule may touch')
const nameOrPattern = z.union([z.string().regex(pattern).transform(parsePattern), name])
const value = z.string().regex(headerValue, 'must be the value of a header')

/** One header rule as it is written: exactly one of `forward`, `set` and `remove`, with what belongs to it. */
const ruleShape = z
  .strictObject({
    forward: nameOrPattern.optional(),
    as: name.optional(),
    default: value.optional(),
    set: name.optional(),
    value: value.optional(),
    environment: z.string().optional(),
    remove: nameOrPattern.optional(),
  })
  .refine(({ forward, set, remove }) => [forward, set, remove].filter(Boolean).length === 1, {
    message: 'a rule has one of "forward", "set" and "remove"',
  })
  .refine(({ forward, as, default: otherwise }) => {
    return typeof forward === 'string' || (as === undefined && otherwise === undefined)
  }, 'only a rule that forwards one name has "as" and "default"')
  .refine(({ set, value: fixed, environment }) => {
    return (set !== undefined) === ((fixed === undefined) !== (environment === undefined))
  }, 'a rule that sets a header, and no other, has either "value" or "environment"')

/** The rules for the headers of one subgraph, as they are written. */
export const rulesShape = z.array(ruleShape)

/** Throws a StartError when a variable that is named is not set. */
export function toHeaderRules(
  written: z.output<typeof rulesShape>,
  environment: NodeJS.ProcessEnv,
): HeaderRule[] {
  return written.map((rule) => toHeaderRule(rule, environment))
}

function toHeaderRule(
  rule: z.output<typeof ruleShape>,
  environment: NodeJS.ProcessEnv,
): HeaderRule {
  const { forward, set, remove } = rule
  if (forward instanceof RegExp) return { forwardMatching: forward }
  if (forward !== undefined) return { forward, as: rule.as, default: rule.default }
  if (remove instanceof RegExp) return { removeMatching: remove }
  if (remove !== undefined) return { remove }
  return { set: set ?? '', value: rule.value ?? readVariable(rule.environment ?? '', environment) }
}

function readVariable(variable: string, environment: NodeJS.ProcessEnv): string {
  const held = environment[variable]
  if (held !== undefined && headerValue.test(held)) return held
  const fault = held === undefined ? 'is not set' : 'cannot be the value of a header'
  throw new StartError(`A header rule takes its value from ${variable}, which ${fault}.`)
}

function parsePattern(text: string, context: z.RefinementCtx): RegExp {
  try {
    return new RegExp(text.slice(1, -1), 'i')
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a regular expression' })
    return z.NEVER
  }
}
