import { invariant } from '@gravity/shared/errors/invariant'
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { type Conditions, withoutConditions } from './conditions.ts'
import type { Layers } from './layers.ts'

export interface PlannableOptions {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly planName: (field: FieldNode) => string
  /** True when the viewer may not select the field. */
  readonly isRefused: (parentType: string, field: string) => boolean
  readonly conditions: Conditions
  readonly layers: Layers
  readonly layer: number
}

/**
 * The part of an operation that subgraphs have to answer, under the names of the plan: without refused or excluded
 * fields, without introspection, and without `__typename` of root types, which the router knows. A layer above the first has only its
 * own fields and the way to them. Undefined when nothing is left.
 */
export function plannableDocument(options: PlannableOptions): DocumentNode | undefined {
  const { schema, operation } = options
  const rootType = schema.getRootType(operation.operation)
  invariant(rootType, 'Validation refuses operations without a root type')
  const selector = new PlannableSelector(options)
  const selections = selector.select(operation.selectionSet, rootType)
  if (selections.length === 0) return undefined
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } },
      ...selector.usedFragments(),
    ],
  }
}

const typenameField: FieldNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
}

class PlannableSelector {
  readonly #options: PlannableOptions
  readonly #rootTypes: ReadonlySet<GraphQLCompositeType | null | undefined>
  /** How many fields of the layer itself lie around the current selection. */
  #ownDepth = 0
  /** Null for a fragment of which nothing is left. */
  readonly #fragments = new Map<string, FragmentDefinitionNode | null>()

  constructor(options: PlannableOptions) {
    const { schema } = options
    this.#options = options
    this.#rootTypes = new Set([
      schema.getQueryType(),
      schema.getMutationType(),
      schema.getSubscriptionType(),
    ])
  }

  select({ selections }: SelectionSetNode, parentType: GraphQLCompositeType): SelectionNode[] {
    return selections.flatMap((selection) => this.#selection(selection, parentType) ?? [])
  }

  usedFragments(): FragmentDefinitionNode[] {
    return [...this.#fragments.values()].filter((fragment) => fragment !== null)
  }

  #selection(
    selection: SelectionNode,
    parentType: GraphQLCompositeType,
  ): SelectionNode | undefined {
    if (!this.#options.conditions.includes(selection.directives)) return undefined
    const directives = withoutConditions(selection.directives)
    return this.#included({ ...selection, directives }, parentType)
  }

  #included(selection: SelectionNode, parentType: GraphQLCompositeType): SelectionNode | undefined {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection, parentType)
      case Kind.FRAGMENT_SPREAD:
        if (this.#options.layer > 0) return this.#dissolve(selection)
        return this.#fragment(selection.name.value) ? selection : undefined
      case Kind.INLINE_FRAGMENT: {
        const type = this.#conditionType(selection.typeCondition?.name.value) ?? parentType
        const selections = this.select(selection.selectionSet, type)
        if (selections.length === 0) return undefined
        return { ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections } }
      }
    }
  }

  #field(field: FieldNode, parentType: GraphQLCompositeType): FieldNode | undefined {
    const name = field.name.value
    if (name.startsWith('__') && this.#rootTypes.has(parentType)) return undefined
    if (this.#options.isRefused(parentType.name, name)) return undefined
    const { layers, layer } = this.#options
    const fieldLayer = name === '__typename' ? 0 : layers.layerOf(parentType.name, name)
    const isOwn = fieldLayer === layer
    // Below a field of its own a layer fetches everything.
    const isWanted = isOwn || (fieldLayer === 0 && this.#ownDepth > 0)
    if (!isWanted && (layer === 0 || !field.selectionSet)) return undefined
    const planName = this.#options.planName(field)
    const { alias: _clientAlias, selectionSet, ...rest } = field
    const renamed: FieldNode =
      planName === name ? rest : { ...rest, alias: { kind: Kind.NAME, value: planName } }
    if (!selectionSet) return renamed
    if (isOwn) this.#ownDepth += 1
    const selections = this.select(selectionSet, compositeTypeOf(parentType, name))
    if (isOwn) this.#ownDepth -= 1
    if (selections.length === 0) {
      if (!isWanted) return undefined
      // Whether the object itself is null must still be asked.
      selections.push(typenameField)
    }
    return { ...renamed, selectionSet: { kind: Kind.SELECTION_SET, selections } }
  }

  /** In a layer above the first, what is left of a fragment depends on what lies around the spread. */
  #dissolve({ name, directives = [] }: FragmentSpreadNode): SelectionNode | undefined {
    const fragment = this.#options.fragments.get(name.value)
    const type = this.#conditionType(fragment?.typeCondition.name.value)
    invariant(fragment && type, 'Validation refuses unknown fragments')
    const { typeCondition, selectionSet } = fragment
    return this.#selection(
      { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet },
      type,
    )
  }

  #fragment(name: string): FragmentDefinitionNode | null {
    const known = this.#fragments.get(name)
    if (known !== undefined) return known
    const fragment = this.#options.fragments.get(name)
    const type = this.#conditionType(fragment?.typeCondition.name.value)
    invariant(fragment && type, 'Validation refuses unknown fragments')
    const selections = this.select(fragment.selectionSet, type)
    const plannable: FragmentDefinitionNode | null =
      selections.length > 0
        ? { ...fragment, selectionSet: { kind: Kind.SELECTION_SET, selections } }
        : null
    this.#fragments.set(name, plannable)
    return plannable
  }

  #conditionType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#options.schema.getType(name)
    return isCompositeType(type) ? type : undefined
  }
}

function compositeTypeOf(parentType: GraphQLCompositeType, field: string): GraphQLCompositeType {
  const type = isUnionType(parentType)
    ? undefined
    : getNamedType(parentType.getFields()[field]?.type)
  invariant(type && isCompositeType(type), 'Validation lets only objects have selections')
  return type
}
