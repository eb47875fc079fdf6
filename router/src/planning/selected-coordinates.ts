import {
  type DocumentNode,
  type GraphQLSchema,
  isInterfaceType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/**
 * The fields that a document selects, as `Type.field`, each once; a field of an interface stands for that of every type
 * behind it as well.
 */
export function selectedCoordinates(
  document: DocumentNode,
  schema: GraphQLSchema,
): ReadonlySet<string> {
  const coordinates = new Set<string>()
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        const type = types.getParentType()
        if (node.kind !== Kind.FIELD || !type) return
        const possible = isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]
        for (const { name } of possible) coordinates.add(`${name}.${node.name.value}`)
      },
    }),
  )
  return coordinates
}
