import {
  type DirectiveNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql'
import type { CachePolicy } from '../cache/cache-policy.ts'

/** What one `@cacheControl` says; what it leaves out is undefined. */
export interface CacheHint {
  readonly maxAge?: number | undefined
  readonly scope?: CachePolicy['scope'] | undefined
  /** Take over the `maxAge` of what is above. */
  readonly inherits: boolean
}

/** The hints of a schema. */
export interface CacheHints {
  ofType(type: GraphQLNamedType): CacheHint | undefined
  ofField(field: GraphQLField<unknown, unknown>): CacheHint | undefined
}

/**
 * Reads the `@cacheControl` directives of a schema; undefined when it has none. What an access rule protects is PRIVATE
 * unless it says otherwise: who may see a value is often whom it is about.
 */
export function readCacheHints(schema: GraphQLSchema): CacheHints | undefined {
  const hints = new Map<object, CacheHint>()
  for (const type of Object.values(schema.getTypeMap())) {
    const nodes = [type.astNode, ...type.extensionASTNodes]
    const hint = nodes.map((node) => hintOf(node?.directives)).find((found) => found)
    if (hint) hints.set(type, hint)
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const fieldHint = hintOf(field.astNode?.directives)
      if (fieldHint) hints.set(field, fieldHint)
    }
  }
  if (!hints.values().some(({ maxAge }) => maxAge !== undefined)) return undefined
  return { ofType: (type) => hints.get(type), ofField: (field) => hints.get(field) }
}

const accessRules = new Set(
  ['authenticated', 'requiresScopes', 'policy'].flatMap((name) => [name, `federation__${name}`]),
)

function hintOf(directives: readonly DirectiveNode[] | undefined): CacheHint | undefined {
  const directive = directives?.find(({ name }) => name.value === 'cacheControl')
  const guarded = directives?.some(({ name }) => accessRules.has(name.value))
    ? 'PRIVATE'
    : undefined
  if (!directive) return guarded && { maxAge: undefined, scope: guarded, inherits: false }
  const values = new Map(directive.arguments?.map(({ name, value }) => [name.value, value]))
  const maxAge = values.get('maxAge')
  const scope = values.get('scope')
  const inherit = values.get('inheritMaxAge')
  return {
    maxAge: maxAge?.kind === Kind.INT ? Math.max(0, Number(maxAge.value)) : undefined,
    scope: scope?.kind === Kind.ENUM ? scopeNamed(scope.value) : guarded,
    inherits: inherit?.kind === Kind.BOOLEAN && inherit.value,
  }
}

function scopeNamed(name: string): CachePolicy['scope'] {
  // Whatever it means, it is meant to be narrower.
  return name === 'PUBLIC' ? 'PUBLIC' : 'PRIVATE'
}
