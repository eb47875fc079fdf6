import {
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql'

/** One thing with a name in a schema. */
export type SchemaElement =
  | { readonly kind: 'type'; readonly coordinate: string; readonly type: GraphQLNamedType }
  | {
      readonly kind: 'field'
      readonly coordinate: string
      readonly parent: GraphQLNamedType
      readonly field: GraphQLField<unknown, unknown>
    }
  | {
      readonly kind: 'argument'
      readonly coordinate: string
      readonly parent: GraphQLNamedType
      readonly argument: GraphQLArgument
    }
  | {
      readonly kind: 'inputField'
      readonly coordinate: string
      readonly inputField: GraphQLInputField
    }
  | { readonly kind: 'enumValue'; readonly coordinate: string; readonly value: GraphQLEnumValue }

/** Every element that the schema itself defines, without GraphQL's own, each with its coordinate. */
export function schemaElements(schema: GraphQLSchema): SchemaElement[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap((type) => [{ kind: 'type', coordinate: type.name, type }, ...membersOf(type)])
}

function membersOf(type: GraphQLNamedType): SchemaElement[] {
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields()).flatMap((field) => fieldElements(type, field))
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((inputField) => ({
      kind: 'inputField',
      coordinate: `${type.name}.${inputField.name}`,
      inputField,
    }))
  }
  if (!isEnumType(type)) return []
  return type.getValues().map((value) => ({
    kind: 'enumValue',
    coordinate: `${type.name}.${value.name}`,
    value,
  }))
}

function fieldElements(
  parent: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
): SchemaElement[] {
  const coordinate = `${parent.name}.${field.name}`
  return [
    { kind: 'field', coordinate, parent, field },
    ...field.args.map((argument) => ({
      kind: 'argument' as const,
      coordinate: `${coordinate}(${argument.name}:)`,
      parent,
      argument,
    })),
  ]
}
