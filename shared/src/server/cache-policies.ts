import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'
import type { CachePolicy } from '../cache/cache-policy.ts'
import { type CacheHint, type CacheHints, readCacheHints } from './cache-hints.ts'

/** The policy of an operation's answer when it has no errors; undefined when it may not be kept. */
export type CachePolicyOf = (
  document: DocumentNode,
  operationName?: string | undefined,
) => CachePolicy | undefined

/**
 * Works out policies from the `@cacheControl` of a schema, with the meaning that Apollo Server gives it: the smallest
 * `maxAge` counts, PRIVATE wins, scalars inherit, and a root field or a field of objects without a hint makes the answer
 * uncacheable. It is done once for each document, so it cannot look at values: of an abstract type every possible type
 * counts, and so does what `@skip` leaves out.
 */
export function createCachePolicies(schema: GraphQLSchema): CachePolicyOf {
  const hints = readCacheHints(schema)
  if (!hints) return () => undefined
  const known = new WeakMap<DocumentNode, Map<string | undefined, CachePolicy | undefined>>()
  return (document, operationName) => {
    const policies = known.get(document)
    const policy = policies?.get(operationName)
    if (policy || policies?.has(operationName)) return policy
    const found = policyOf({ document, operationName }, schema, hints)
    known.set(document, new Map(policies).set(operationName, found))
    return found
  }
}

interface AskedOperation {
  readonly document: DocumentNode
  readonly operationName: string | undefined
}

function policyOf(
  { document, operationName }: AskedOperation,
  schema: GraphQLSchema,
  hints: CacheHints,
): CachePolicy | undefined {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === Kind.OPERATION_DEFINITION,
  )
  const operation =
    operationName === undefined
      ? operations[0]
      : operations.find(({ name }) => name?.value === operationName)
  const rootType = schema.getQueryType()
  if (!operation || !rootType || operation.operation !== OperationTypeNode.QUERY) return undefined
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((definition) => [definition.name.value, definition]),
  )
  const walk = new PolicyWalk({ schema, hints, fragments })
  walk.visit(operation.selectionSet, rootType)
  return walk.policy()
}

interface WalkOptions {
  readonly schema: GraphQLSchema
  readonly hints: CacheHints
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
}

class PolicyWalk {
  readonly #options: WalkOptions
  readonly #visited = new Set<string>()
  #maxAge: number | undefined
  #scope: CachePolicy['scope'] = 'PUBLIC'

  constructor(options: WalkOptions) {
    this.#options = options
  }

  policy(): CachePolicy | undefined {
    return this.#maxAge ? { maxAge: this.#maxAge, scope: this.#scope } : undefined
  }

  visit({ selections }: SelectionSetNode, type: GraphQLCompositeType): void {
    for (const selection of selections) {
      switch (selection.kind) {
        case Kind.FIELD:
          this.#visitField(selection, type)
          break
        case Kind.INLINE_FRAGMENT:
          this.visit(
            selection.selectionSet,
            this.#typeNamed(selection.typeCondition?.name.value) ?? type,
          )
          break
        case Kind.FRAGMENT_SPREAD:
          this.#visitFragment(selection.name.value)
      }
    }
  }

  #visitFragment(name: string): void {
    const fragment = this.#options.fragments.get(name)
    const type = this.#typeNamed(fragment?.typeCondition.name.value)
    if (!fragment || !type || this.#visited.has(name)) return
    this.#visited.add(name)
    this.visit(fragment.selectionSet, type)
  }

  #visitField({ name, selectionSet }: FieldNode, type: GraphQLCompositeType): void {
    const isRoot = type === this.#options.schema.getQueryType()
    if (name.value.startsWith('__')) return
    if (isRoot && name.value === '_entities' && selectionSet) {
      this.#visitEntities(selectionSet)
      return
    }
    for (const objectType of this.#objectTypes(type)) {
      const field = objectType.getFields()[name.value]
      if (field) this.#restrict(hintForField(field, this.#options.hints), isRoot)
    }
    if (!selectionSet || isUnionType(type)) return
    const returned = getNamedType(type.getFields()[name.value]?.type)
    if (isCompositeType(returned)) this.visit(selectionSet, returned)
  }

  /** What a type says of itself holds for its entities, as if each were a field of its own. */
  #visitEntities(selectionSet: SelectionSetNode): void {
    const { hints } = this.#options
    for (const selection of selectionSet.selections) {
      const type =
        selection.kind === Kind.INLINE_FRAGMENT
          ? this.#typeNamed(selection.typeCondition?.name.value)
          : undefined
      if (selection.kind !== Kind.INLINE_FRAGMENT || !type) {
        this.#restrict(undefined, true)
        continue
      }
      this.#restrict(hints.ofType(type), true)
      this.visit(selection.selectionSet, type)
    }
  }

  #restrict(hint: CacheHint | undefined, isRoot: boolean): void {
    const inherits = hint?.inherits === true && !isRoot
    const maxAge = hint?.maxAge ?? (inherits ? undefined : 0)
    if (maxAge !== undefined) this.#maxAge = Math.min(this.#maxAge ?? maxAge, maxAge)
    if (hint?.scope === 'PRIVATE') this.#scope = 'PRIVATE'
  }

  #objectTypes(type: GraphQLCompositeType): readonly GraphQLObjectType[] {
    return isObjectType(type) ? [type] : this.#options.schema.getPossibleTypes(type)
  }

  #typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#options.schema.getType(name)
    return isCompositeType(type) ? type : undefined
  }
}

/** A field's own hint goes before that of the type it returns. Scalars inherit unless they say otherwise. */
function hintForField(field: GraphQLField<unknown, unknown>, hints: CacheHints): CacheHint {
  const own = hints.ofField(field)
  const type = getNamedType(field.type)
  const ofType = isCompositeType(type) ? hints.ofType(type) : undefined
  const maxAge = own?.inherits ? ofType?.maxAge : (own?.maxAge ?? ofType?.maxAge)
  return {
    maxAge,
    scope: own?.scope ?? ofType?.scope,
    inherits: !isCompositeType(type) || own?.inherits === true || ofType?.inherits === true,
  }
}
