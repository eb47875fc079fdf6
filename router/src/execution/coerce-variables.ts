import { textFault } from '@gravity/shared/graphql/text'
import { type GraphQLFormattedError, type GraphQLSchema, getVariableValues } from 'graphql'
import { type ParsedRequest, refuse } from '../planning/parse-request.ts'

/** Values by variable name, without the dollar sign. */
export type Variables = Readonly<Record<string, unknown>>

/** More tell nobody anything, and each repeats the value. */
const maximumErrors = 10
const none: Variables = Object.freeze({})

/**
 * The values of an operation's variables, with its defaults; errors with `BAD_USER_INPUT` when a value does not have
 * its type, or holds a text with a null character or an unpaired surrogate.
 */
export function coerceVariables(
  { operation, givenNames }: ParsedRequest,
  given: Variables,
  schema: GraphQLSchema,
): { readonly values: Variables } | { readonly errors: readonly GraphQLFormattedError[] } {
  const definitions = operation.variableDefinitions
  if (!definitions || definitions.length === 0) return { values: none }
  const { errors, coerced } = getVariableValues(schema, definitions, rename(given, givenNames), {
    maxErrors: maximumErrors,
  })
  if (errors) return refuse(errors)
  for (const [name, value] of Object.entries(coerced)) {
    const message = describeFault(value, `$${name}`)
    if (message !== undefined) return refuse([{ message }])
  }
  return { values: coerced }
}

function rename(given: Variables, givenNames: ReadonlyMap<string, string>): Variables {
  if (givenNames.size === 0) return given
  const values = { ...given }
  for (const [name, givenName] of givenNames) {
    if (Object.hasOwn(given, givenName)) values[name] = given[givenName]
  }
  return values
}

/** Says what is wrong with a text inside a value; names of a JSON scalar's fields are texts too. */
function describeFault(value: unknown, place: string): string | undefined {
  if (typeof value === 'string') {
    const fault = textFault(value)
    return fault === null ? undefined : `Variable "${place}" ${fault}.`
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, item] of Object.entries(value)) {
    const fault = textFault(name)
    if (fault !== null) return `Variable "${place}" has a name that ${fault}.`
    const inner = describeFault(
      item,
      Array.isArray(value) ? `${place}[${name}]` : `${place}.${name}`,
    )
    if (inner !== undefined) return inner
  }
  return undefined
}
