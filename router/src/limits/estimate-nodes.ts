import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'

/**
 * Terminology
 * - Node: one object of the answer. A page of fifty messages with their authors has a hundred nodes and some more.
 * - Page size: what `first` or `last` asks for.
 */

/** The page that a connection gives when nothing says its size. */
const usualPage = 20

export interface EstimateOptions {
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** Coerced: defaults are in. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly schema: GraphQLSchema
}

interface Estimation extends EstimateOptions {
  /** Nodes of each fragment; those being estimated count as 0, so that a cycle ends. */
  readonly known: Map<string, number>
}

/**
 * How many objects an operation can answer at most, by the pages that it asks for: pages within pages multiply. Lists
 * without `first` and `last` count as one object; a schema bounds them in other ways.
 */
export function estimateNodes(options: EstimateOptions): number {
  const root = options.schema.getRootType(options.operation.operation)
  if (!root) return 0
  return nodesBelow(options.operation.selectionSet, root, { ...options, known: new Map() })
}

function nodesBelow(
  { selections }: SelectionSetNode,
  parent: GraphQLCompositeType,
  estimation: Estimation,
): number {
  let nodes = 0
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) nodes += nodesOfField(selection, parent, estimation)
    else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      nodes += nodesOfFragment(selection.name.value, estimation)
    } else {
      const type = typeNamed(selection.typeCondition?.name.value, estimation.schema) ?? parent
      nodes += nodesBelow(selection.selectionSet, type, estimation)
    }
  }
  return nodes
}

function nodesOfFragment(name: string, estimation: Estimation): number {
  const known = estimation.known.get(name)
  if (known !== undefined) return known
  estimation.known.set(name, 0)
  const fragment = estimation.fragments.get(name)
  const type = typeNamed(fragment?.typeCondition.name.value, estimation.schema)
  const nodes = fragment && type ? nodesBelow(fragment.selectionSet, type, estimation) : 0
  estimation.known.set(name, nodes)
  return nodes
}

function nodesOfField(
  field: FieldNode,
  parent: GraphQLCompositeType,
  estimation: Estimation,
): number {
  if (!field.selectionSet) return 0
  const definition =
    isObjectType(parent) || isInterfaceType(parent)
      ? parent.getFields()[field.name.value]
      : undefined
  if (!definition) return 0
  const type = getNamedType(definition.type)
  const below = isCompositeType(type) ? nodesBelow(field.selectionSet, type, estimation) : 0
  return pageSize(field, definition, estimation) * (1 + below)
}

function pageSize(
  { arguments: given = [] }: FieldNode,
  definition: GraphQLField<unknown, unknown>,
  { variables }: Estimation,
): number {
  const sizes = definition.args.filter(({ name }) => name === 'first' || name === 'last')
  if (sizes.length === 0) return 1
  const asked = given
    .filter(({ name }) => sizes.some((size) => size.name === name.value))
    .map(({ value }) => valueFromASTUntyped(value, { ...variables }))
  const defaults = sizes.map(({ defaultValue }) => defaultValue)
  const size = [...asked, ...defaults].find((value) => typeof value === 'number') ?? usualPage
  return Math.max(1, size)
}

function typeNamed(
  name: string | undefined,
  schema: GraphQLSchema,
): GraphQLCompositeType | undefined {
  const type: GraphQLNamedType | undefined = name === undefined ? undefined : schema.getType(name)
  return isCompositeType(type) ? type : undefined
}
