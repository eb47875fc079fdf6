import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { fragmentKey } from '../planning/deferred-fragments.ts'

/** What collecting needs to know of an operation. */
export interface CollectOptions {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** False when `@skip` or `@include` takes the selection out. */
  readonly includes: (directives: readonly DirectiveNode[] | undefined) => boolean
  /** Why the viewer may not select the field; undefined when it may be. */
  readonly refusalOf: (parentType: string, field: string) => ErrorCode | undefined
}

/** A selection set with the type it stands on. */
export interface ScopedSelection {
  readonly parentType: GraphQLCompositeType
  readonly selectionSet: SelectionSetNode
}

/** The selections of one response name. */
export interface CollectedField {
  readonly node: FieldNode
  /** Those that the viewer may make, each with the type that it was made on. */
  readonly allowed: { readonly node: FieldNode; readonly parentType: GraphQLCompositeType }[]
  readonly refusal: ErrorCode | undefined
}

/** The fields that are selected on a type, by response name and in the client's order; deferred ones are left out. */
export function collectFields(
  scopes: readonly ScopedSelection[],
  runtimeType: GraphQLCompositeType,
  options: CollectOptions,
): ReadonlyMap<string, CollectedField> {
  const fields = new Map<string, CollectedField>()
  const add = (node: FieldNode, parentType: GraphQLCompositeType): void => {
    const name = node.name.value
    const responseName = node.alias?.value ?? name
    const refusal = options.refusalOf(parentType.name, name)
    const field = fields.get(responseName) ?? { node, allowed: [], refusal }
    if (refusal === undefined) field.allowed.push({ node, parentType })
    fields.set(responseName, field)
  }
  const collect = ({ selectionSet, parentType }: ScopedSelection): void => {
    for (const selection of selectionSet.selections) {
      if (!options.includes(selection.directives)) continue
      if (selection.kind === Kind.FIELD) {
        add(selection, parentType)
        continue
      }
      if (fragmentKey(selection) !== undefined) continue
      const scope = fragmentScope(selection, parentType, options)
      if (scope && applies(scope.parentType, runtimeType, options.schema)) collect(scope)
    }
  }
  for (const scope of scopes) collect(scope)
  return fields
}

/** A deferred fragment that applies to a type. */
export interface CollectedFragment {
  readonly key: string
  readonly scope: ScopedSelection
}

/** What is deferred of the selections on a type; what is deferred within that, or below a field, is not looked for. */
export function collectDeferred(
  scopes: readonly ScopedSelection[],
  runtimeType: GraphQLCompositeType,
  options: CollectOptions,
): readonly CollectedFragment[] {
  return scopes.flatMap(({ selectionSet, parentType }) =>
    selectionSet.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD || !options.includes(selection.directives)) return []
      const scope = fragmentScope(selection, parentType, options)
      if (!scope || !applies(scope.parentType, runtimeType, options.schema)) return []
      const key = fragmentKey(selection)
      return key === undefined ? collectDeferred([scope], runtimeType, options) : [{ key, scope }]
    }),
  )
}

function fragmentScope(
  selection: FragmentSpreadNode | InlineFragmentNode,
  parentType: GraphQLCompositeType,
  { schema, fragments }: CollectOptions,
): ScopedSelection | undefined {
  const fragment =
    selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection
  if (!fragment) return undefined
  const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value)
  const type = condition ?? parentType
  return isCompositeType(type)
    ? { parentType: type, selectionSet: fragment.selectionSet }
    : undefined
}

function applies(
  condition: GraphQLCompositeType,
  type: GraphQLCompositeType,
  schema: GraphQLSchema,
): boolean {
  if (condition === type) return true
  return isAbstractType(condition) && !isUnionType(type) && schema.isSubType(condition, type)
}

/** True when any of the selections has a deferred fragment, of whatever type. */
export function hasDeferred(
  scopes: readonly { readonly selectionSet: SelectionSetNode }[],
): boolean {
  return scopes.some(({ selectionSet }) =>
    selectionSet.selections.some(
      (selection) =>
        fragmentKey(selection) !== undefined ||
        (selection.kind === Kind.INLINE_FRAGMENT && hasDeferred([selection])),
    ),
  )
}
