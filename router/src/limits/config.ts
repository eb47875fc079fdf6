import { readFileSync } from 'node:fs'
import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { StartError } from '@gravity/shared/config/start-error'
import { z } from 'zod'

/** Who shares the points of a rule: one viewer, one address, everybody with the same header, or everybody. */
export type RateKey = 'viewer' | 'address' | 'everybody' | `header:${string}`

/** How often somebody may run some operations. */
export interface RateRule {
  /** Names the rule in answers, in the log and in the shared store. */
  readonly name: string
  readonly key: RateKey
  /** Coordinates such as `Mutation.login`, or `Mutation.*`; each selection of one takes a point. */
  readonly fields: readonly string[] | undefined
  /** Names of operations, as clients write them. */
  readonly operations: readonly string[] | undefined
  readonly points: number
  readonly windowSeconds: number
}

const variable = 'GRAVITY_ROUTER_RATE_LIMITS'
const headerKey = /^header:[a-z0-9-]+$/

const rule = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, ".", "_" and "-" only'),
  key: z.union([
    z.enum(['viewer', 'address', 'everybody']),
    z.templateLiteral(['header:', z.string()]).refine((key) => headerKey.test(key)),
  ]),
  fields: z
    .array(
      z.string().regex(/^[A-Za-z_]\w*\.([A-Za-z_]\w*|\*)$/, 'coordinates such as Mutation.login'),
    )
    .min(1)
    .optional(),
  operations: z.array(z.string().min(1)).min(1).optional(),
  points: z.number().int().min(1),
  windowSeconds: z.number().int().min(1),
})
const rules = z
  .array(rule)
  .refine(
    (all) => new Set(all.map(({ name }) => name)).size === all.length,
    'two rules have one name',
  )

/**
 * Reads GRAVITY_ROUTER_RATE_LIMITS: a JSON array of rules, or the path of a file with one. Throws a StartError, one
 * sentence, that says which rule is wrong in what.
 */
export function readRateRules(environment: NodeJS.ProcessEnv): readonly RateRule[] {
  const { [variable]: held } = parseEnvironment(
    z.object({ [variable]: z.string().min(1).optional() }),
    environment,
  )
  if (held === undefined) return []
  const inline = held.trimStart().startsWith('[')
  const subject = inline ? variable : `The file ${held} of ${variable}`
  const parsed = rules.safeParse(parseJson(inline ? held : readText(held), subject))
  if (parsed.success) {
    return parsed.data.map(({ fields, operations, ...rest }) => ({ ...rest, fields, operations }))
  }
  const [issue] = parsed.error.issues
  const place = issue?.path.length ? ` at ${issue.path.join('.')}` : ''
  throw new StartError(
    `${subject} is not a list of rules such as [{"name":"login","key":"address","fields":["Mutation.login"],"points":10,"windowSeconds":60}]${place}: ${issue?.message}.`,
  )
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StartError(`The file ${path} of ${variable} cannot be read: name one that can.`, {
      cause,
    })
  }
}

function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StartError(`${subject} is not valid JSON.`, { cause })
  }
}
