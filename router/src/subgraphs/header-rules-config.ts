import { StartError } from '@gravity/shared/config/start-error'
import { z } from 'zod'
import { type AnswerHeaderRule, isUnpassableHeader } from '../answer-headers/answer-header-rules.ts'
import { type HeaderRule, isHeaderValue, isReservedHeader } from './header-rules.ts'

const pattern = /^\/(.+)\/$/
// RFC 9110, section 5.1.
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

const anyName = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => token.test(text), 'must be the name of a header')
const name = anyName.refine((text) => !isReservedHeader(text), 'is a header that no rule may touch')
const nameOrPattern = z.union([z.string().regex(pattern).transform(parsePattern), name])
const value = z.string().refine(isHeaderValue, 'must be the value of a header')
const baggageKeys = z.array(z.string().regex(token, 'must be a key of baggage')).min(1)

/** One header rule as it is written: exactly one of `forward`, `set`, `remove` and `baggage`, with what belongs to it. */
const ruleShape = z
  .strictObject({
    forward: nameOrPattern.optional(),
    as: name.optional(),
    default: value.optional(),
    set: name.optional(),
    value: value.optional(),
    environment: z.string().optional(),
    remove: nameOrPattern.optional(),
    baggage: z.union([z.literal('*'), baggageKeys]).optional(),
  })
  .refine(
    ({ forward, set, remove, baggage }) =>
      [forward, set, remove, baggage].filter(Boolean).length === 1,
    { message: 'a rule has one of "forward", "set", "remove" and "baggage"' },
  )
  .refine(({ forward, as, default: otherwise }) => {
    return typeof forward === 'string' || (as === undefined && otherwise === undefined)
  }, 'only a rule that forwards one name has "as" and "default"')
  .refine(({ set, value: fixed, environment }) => {
    return (set !== undefined) === ((fixed === undefined) !== (environment === undefined))
  }, 'a rule that sets a header, and no other, has either "value" or "environment"')

const answerName = anyName.refine(
  (text) => !isUnpassableHeader(text),
  'is a header that the client cannot get from a subgraph',
)
const passedName = z.union([z.string().regex(pattern).transform(parsePattern), answerName])

/** The rules for the headers of one subgraph's answers, as they are written. */
export const answerRulesShape = z.array(
  z
    .strictObject({
      pass: passedName,
      as: answerName
        .refine((text) => text !== 'set-cookie', 'cannot be the new name of a header')
        .optional(),
      merge: z.enum(['first', 'last', 'append']).optional(),
    })
    .refine(({ pass, as }) => typeof pass === 'string' || as === undefined, {
      message: 'only a rule that passes one name has "as"',
    }),
)

export function toAnswerHeaderRules(
  written: z.output<typeof answerRulesShape>,
): AnswerHeaderRule[] {
  return written.map(({ pass, as, merge }) => ({
    pass,
    as,
    merge: merge ?? (pass === 'set-cookie' ? 'append' : 'first'),
  }))
}

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
  const { forward, set, remove, baggage } = rule
  if (baggage) return { baggage }
  if (forward instanceof RegExp) return { forwardMatching: forward }
  if (forward !== undefined) return { forward, as: rule.as, default: rule.default }
  if (remove instanceof RegExp) return { removeMatching: remove }
  if (remove !== undefined) return { remove }
  return { set: set ?? '', value: rule.value ?? readVariable(rule.environment ?? '', environment) }
}

function readVariable(variable: string, environment: NodeJS.ProcessEnv): string {
  const held = environment[variable]
  if (held !== undefined && isHeaderValue(held)) return held
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
