import {
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'

type Field = GraphQLField<unknown, unknown>

/** Some value of each scalar, well-formed and of nothing that is there. */
const scalarValues: Readonly<Record<string, string>> = {
  ID: '"01890a5d-ac96-774b-bcce-b302099a8057"',
  String: '"x"',
  Int: '1',
  Float: '1',
  Boolean: 'false',
  DateTime: '"2026-01-01T00:00:00.000Z"',
}

/** The least that can be written to select a field: required arguments, and `__typename` of objects. */
export function minimalSelection(
  field: Field,
  values: Readonly<Record<string, string>> = {},
): string {
  const required = field.args
    .filter((one) => isRequiredArgument(one) || one.name in values)
    .map((one) => `${one.name}: ${values[one.name] ?? minimalValue(one.type)}`)
  const given = required.length > 0 ? `(${required.join(', ')})` : ''
  return `${field.name}${given}${isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''}`
}

/** Whether a field can be selected only with arguments, which then are about nothing that is there. */
export function needsArguments(field: Field): boolean {
  return field.args.some(isRequiredArgument)
}

function minimalValue(type: GraphQLInputType): string {
  if (isNonNullType(type)) return minimalValue(type.ofType)
  if (isListType(type)) return `[${minimalValue(type.ofType)}]`
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null'
  if (!isInputObjectType(type)) {
    const value = scalarValues[type.name]
    if (value === undefined) throw new Error(`Say in minimal-document.ts what a ${type.name} is.`)
    return value
  }
  const fields = Object.values(type.getFields())
  // Of a @oneOf input exactly one is given.
  const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField)
  return `{ ${needed.map((field) => `${field.name}: ${minimalValue(field.type)}`).join(', ')} }`
}
