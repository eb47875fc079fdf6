import { z } from 'zod'
import { HIDDEN, redactText } from '../log/redact-text.ts'
import { StartError } from './start-error.ts'

/**
 * Reads the variables that `schema` names, once, into a frozen object. An empty variable counts as not set, because
 * that is how shells and compose files leave one out. Throws a StartError with one sentence per bad variable: its
 * name, what it holds and what it may hold.
 *
 * What it may hold comes from the schema: its `.describe('an address such as …')`, else its type, range and choices.
 * A variable marked `.meta({ secret: true })`, or named like a secret, is never printed; of a URL the password is not.
 * The message of a `.refine()` completes the sentence "… but must be".
 */
export function parseEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> {
  const held = new Map<string, string>()
  for (const name of Object.keys(schema.shape)) {
    const value = env[name]
    if (value !== undefined && value.trim() !== '') held.set(name, value)
  }

  const parsed = schema.safeParse(Object.fromEntries(held))
  if (parsed.success) return Object.freeze(parsed.data)

  const sentences = new Map<string, string>()
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0])
    if (!sentences.has(name))
      sentences.set(name, sentenceFor(name, held.get(name), { schema, issue }))
  }
  throw new StartError([...sentences.values()].join('\n'))
}

/** What the JSON Schema of a variable may say; read leniently, since it only serves a sentence. */
const expectationShape = z.object({
  secret: z.boolean().catch(false),
  description: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  enum: z.array(z.unknown()).optional().catch(undefined),
  const: z.unknown().optional(),
  format: z.string().optional().catch(undefined),
  minimum: z.number().optional().catch(undefined),
  exclusiveMinimum: z.number().optional().catch(undefined),
  maximum: z.number().optional().catch(undefined),
  exclusiveMaximum: z.number().optional().catch(undefined),
  minLength: z.number().optional().catch(undefined),
  maxLength: z.number().optional().catch(undefined),
})
type Expectation = z.output<typeof expectationShape>

interface Complaint {
  readonly schema: z.ZodObject
  readonly issue: z.core.$ZodIssue
}

function sentenceFor(name: string, value: string | undefined, complaint: Complaint): string {
  const expectation = expectationOf(complaint.schema.shape[name])
  const { code, message } = complaint.issue
  const allowed = code === 'custom' && message !== 'Invalid input' ? message : describe(expectation)
  const holds = value === undefined ? 'is not set' : `is ${show(name, value, expectation.secret)}`
  return `${name} ${holds}, but must be ${allowed}.`
}

function expectationOf(variable: z.core.$ZodType | undefined): Expectation {
  const json = variable ? z.toJSONSchema(variable, { io: 'output', unrepresentable: 'any' }) : {}
  return expectationShape.parse(json)
}

function describe(expectation: Expectation): string {
  if (expectation.description) return expectation.description
  if (expectation.const !== undefined) return String(expectation.const)
  if (expectation.enum) return `one of ${expectation.enum.join(', ')}`
  if (expectation.type === 'boolean') return 'true or false'
  if (expectation.type === 'integer') return `a whole number${range(expectation)}`
  if (expectation.type === 'number') return `a number${range(expectation)}`
  if (expectation.format === 'uri') return 'a URL'
  if (expectation.type === 'string') return `a text${length(expectation)}`
  return 'a valid value'
}

function range(expectation: Expectation): string {
  const limits: string[] = []
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = expectation
  // `.int()` brings the range of safe integers along, which helps nobody.
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`
  if (least !== undefined) limits.push(`of at least ${least}`)
  if (exclusiveMinimum !== undefined) limits.push(`above ${exclusiveMinimum}`)
  if (most !== undefined) limits.push(`of at most ${most}`)
  if (exclusiveMaximum !== undefined) limits.push(`below ${exclusiveMaximum}`)
  return limits.length === 0 ? '' : ` ${limits.join(' and ')}`
}

function length({ minLength, maxLength }: Expectation): string {
  if (minLength !== undefined && maxLength !== undefined) {
    return ` of ${minLength} to ${maxLength} characters`
  }
  if (minLength !== undefined) return ` of at least ${minLength} characters`
  return maxLength === undefined ? '' : ` of at most ${maxLength} characters`
}

const secretName = /SECRET|PASSWORD|PASSPHRASE|TOKEN|PRIVATE|CREDENTIAL|API_?KEY/i
const longestShown = 100

function show(name: string, value: string, secret: boolean): string {
  if (secret || secretName.test(name)) return HIDDEN
  const text = redactText(value)
  // A mistyped URL hides its password from redactText; better to show nothing than that.
  if (text === value && /:[^@]*@/.test(value)) return HIDDEN
  return JSON.stringify(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text)
}
