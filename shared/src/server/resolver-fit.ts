import { type GraphQLSchema, isAbstractType, isObjectType } from 'graphql'
import { invariant } from '../errors/invariant.ts'

/**
 * Resolvers by type and field, as codegen's `Resolvers<Context>` describes them; `__resolveReference` resolves an
 * entity by its key. Loose on purpose: codegen has checked the map against the schema and the context already.
 */
export type ResolverMap = Readonly<Record<string, unknown>>

const objectExtras = ['__resolveReference', '__isTypeOf']
const abstractExtras = ['__resolveReference', '__resolveType']

function namesIn(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

function assertNamesExist(schema: GraphQLSchema, resolvers: ResolverMap): void {
  for (const [typeName, entries] of Object.entries(resolvers)) {
    const type = schema.getType(typeName)
    invariant(type, `resolvers name the type ${typeName}, which the schema does not have`)
    if (!isObjectType(type) && !isAbstractType(type)) continue
    const known = isObjectType(type)
      ? [...objectExtras, ...Object.keys(type.getFields())]
      : abstractExtras
    for (const name of namesIn(entries)) {
      invariant(
        known.includes(name),
        `resolvers name ${typeName}.${name}, which the schema does not have`,
      )
    }
  }
}

function assertRootsAnswer(schema: GraphQLSchema): void {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      invariant(field.resolve, `${root?.name}.${field.name} has a resolver`)
    }
  }
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    invariant(field.subscribe, `Subscription.${field.name} has a \`subscribe\` resolver`)
  }
}

/**
 * Throws when a resolver names a type or field that the schema lacks (it would silently never run), or when a root
 * field has no resolver (it would silently be null).
 */
export function assertResolversFit(schema: GraphQLSchema, resolvers: ResolverMap): void {
  assertNamesExist(schema, resolvers)
  assertRootsAnswer(schema)
}
