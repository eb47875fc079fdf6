import {
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

export interface CountFieldsOptions {
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly schema: GraphQLSchema
}

/** Times by coordinate, such as `Mutation.login`. */
type FieldCounts = Map<string, number>

interface Counting extends CountFieldsOptions {
  /** Each fragment is counted once. */
  readonly known: Map<string, FieldCounts>
}

/**
 * How often a valid operation selects each field; aliases count each, and fragments as often as they are spread. What is
 * selected on an interface counts for its implementations too, and the other way round: it may be the same field.
 */
export function countFields(options: CountFieldsOptions): ReadonlyMap<string, number> {
  const root = options.schema.getRootType(options.operation.operation)
  const counts: FieldCounts = new Map()
  const counting = { ...options, known: new Map() }
  countSelections({ set: options.operation.selectionSet, parent: root, counts }, counting)
  return counts
}

interface Selections {
  readonly set: SelectionSetNode
  readonly parent: GraphQLNamedType | null | undefined
  readonly counts: FieldCounts
}

function countSelections({ set, parent, counts }: Selections, counting: Counting): void {
  for (const selection of set.selections)
    countSelection(selection, { set, parent, counts }, counting)
}

function countSelection(
  selection: SelectionNode,
  { parent, counts }: Selections,
  counting: Counting,
): void {
  if (selection.kind === Kind.FRAGMENT_SPREAD) {
    addAll(counts, countsOfFragment(selection.name.value, counting))
    return
  }
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    const condition = selection.typeCondition?.name.value
    const type = condition === undefined ? parent : counting.schema.getType(condition)
    countSelections({ set: selection.selectionSet, parent: type, counts }, counting)
    return
  }
  if (!isObjectType(parent) && !isInterfaceType(parent)) return
  const field = parent.getFields()[selection.name.value]
  if (!field) return
  for (const { name } of typesSharing(parent, field.name, counting.schema)) {
    addTo(counts, `${name}.${field.name}`, 1)
  }
  if (!selection.selectionSet) return
  const type = getNamedType(field.type)
  countSelections({ set: selection.selectionSet, parent: type, counts }, counting)
}

/** A type, and those whose field of that name may be what is selected on it. */
function typesSharing(
  type: GraphQLObjectType | GraphQLInterfaceType,
  field: string,
  schema: GraphQLSchema,
): readonly GraphQLNamedType[] {
  const above = type.getInterfaces().filter((one) => Object.hasOwn(one.getFields(), field))
  if (isObjectType(type)) return [type, ...above]
  const { objects, interfaces } = schema.getImplementations(type)
  return [type, ...above, ...interfaces, ...objects]
}

function countsOfFragment(name: string, counting: Counting): FieldCounts {
  const known = counting.known.get(name)
  if (known) return known
  const counts: FieldCounts = new Map()
  // Known before it is counted, so that a cycle would end.
  counting.known.set(name, counts)
  const fragment = counting.fragments.get(name)
  if (fragment) {
    const parent = counting.schema.getType(fragment.typeCondition.name.value)
    countSelections({ set: fragment.selectionSet, parent, counts }, counting)
  }
  return counts
}

function addAll(counts: FieldCounts, others: FieldCounts): void {
  for (const [coordinate, times] of others) addTo(counts, coordinate, times)
}

function addTo(counts: FieldCounts, coordinate: string, times: number): void {
  counts.set(coordinate, (counts.get(coordinate) ?? 0) + times)
}
