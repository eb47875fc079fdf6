import type { ApolloGraphQLObjectTypeExtensions, GraphQLReferenceResolver } from '@apollo/subgraph'
import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isUnionType,
} from 'graphql'

type EntityType = GraphQLObjectType | GraphQLInterfaceType
type ReferenceResolver = GraphQLReferenceResolver<unknown>

function referenceResolverOf(type: EntityType): ReferenceResolver | undefined {
  const extensions: ApolloGraphQLObjectTypeExtensions<unknown, unknown> = type.extensions
  return extensions.apollo?.subgraph?.resolveReference
}

function entityTypes(schema: GraphQLSchema): EntityType[] {
  const union = schema.getType('_Entity')
  const members = isUnionType(union) ? union.getTypes() : []
  const interfaces = Object.values(schema.getTypeMap()).filter(isInterfaceType)
  return [...members, ...interfaces.filter((type) => referenceResolverOf(type) !== undefined)]
}

/**
 * Puts `check` in front of every reference resolver, in place: what it throws refuses one reference. A resolver that
 * throws instead of rejecting fails its own reference too, where `_entities` would otherwise lose its whole list.
 */
export function guardReferenceResolvers(
  schema: GraphQLSchema,
  check: (type: EntityType, context: unknown) => void,
): void {
  for (const type of entityTypes(schema)) {
    const resolve = referenceResolverOf(type)
    const resolveReference: ReferenceResolver = async (reference, context, info) => {
      check(type, context)
      return resolve ? await resolve(reference, context, info) : reference
    }
    type.extensions = { ...type.extensions, apollo: { subgraph: { resolveReference } } }
  }
}
