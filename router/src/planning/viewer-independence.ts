import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql'

/**
 * True when every field of the document is one of `fields` (`Type.field`), whose values do not depend on who asks. A field
 * of an interface never is: who knows which types are behind it.
 */
export function isViewerIndependent(
  document: DocumentNode,
  schema: GraphQLSchema,
  fields: ReadonlySet<string>,
): boolean {
  const types = new TypeInfo(schema)
  let independent = true
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name }) {
        const coordinate = `${types.getParentType()?.name}.${name.value}`
        if (name.value !== '__typename' && !fields.has(coordinate)) independent = false
      },
    }),
  )
  return independent
}
