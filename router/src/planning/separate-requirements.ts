import {
  isInterfaceType,
  isObjectType,
  type Subgraph,
  type Supergraph,
} from '@apollo/federation-internals'
import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import { invariant } from '@gravity/shared/errors/invariant'
import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { parseFieldset } from '../supergraph/fieldset.ts'
import { fetchesOf } from './plan-fetches.ts'

/**
 * Takes fetches apart that ask for computed fields (`@requires`) and others at once. Where selections depend on types, some
 * objects of a place were not asked for what is required, because the computed field is not wanted of them; the planner
 * does not tell them apart, and would ask nothing at all of those. The parts still go into one request.
 */
export function separateRequirements(plan: QueryPlan, federated: Supergraph): QueryPlan {
  const { node } = plan
  if (!node || node.kind === 'Subscription' || !fetchesOf(node).some(dependsOnTypes)) return plan
  const separate = (fetch: FetchNode): PlanNode => {
    const subgraph = federated.subgraphs().get(fetch.serviceName)
    return subgraph ? separated(fetch, subgraph) : fetch
  }
  return { ...plan, node: mapFetches(node, separate) }
}

/** Whether a fetch selects anything on some types only. */
function dependsOnTypes({ requires, operationDocumentNode }: FetchNode): boolean {
  const fragments: InlineFragmentNode[] = []
  for (const definition of operationDocumentNode?.definitions ?? []) {
    visit(definition, { InlineFragment: (fragment) => void fragments.push(fragment) })
  }
  // The entities of a request need one.
  return fragments.length > (requires ? 1 : 0)
}

function mapFetches(node: PlanNode, map: (fetch: FetchNode) => PlanNode): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return map(node)
    case 'Flatten': {
      const inner = mapFetches(node.node, map)
      return { ...node, node: inner }
    }
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => mapFetches(child, map)) }
    default:
      // What is deferred waits for fetches by their numbers.
      return node
  }
}

/** What is asked of the entities of one type, with what the request says of them. */
interface TypePart {
  readonly type: string
  readonly selections: readonly SelectionNode[]
  readonly requires: readonly QueryPlanSelectionNode[]
}

function separated(fetch: FetchNode, subgraph: Subgraph): PlanNode {
  const parts = partsOf(fetch)
  if (!parts) return fetch
  const plain: TypePart[] = []
  const computed: TypePart[] = []
  for (const part of parts) {
    const isComputed = computedOn(part.type, subgraph)
    const own = part.selections.filter(isComputed)
    const others = part.selections.filter((selection) => !isComputed(selection))
    const key = keyIn(part, subgraph)
    // Who is found by nothing but what is required cannot be asked for less.
    if (own.length > 0 && others.length > 0 && !key) return fetch
    if (others.length > 0) {
      const requires = own.length > 0 && key ? key : part.requires
      plain.push({ ...part, selections: others, requires })
    }
    if (own.length > 0) computed.push({ ...part, selections: own })
  }
  if (plain.length === 0 || computed.length === 0) return fetch
  return { kind: 'Parallel', nodes: [plain, computed].map((half) => fetchOf(fetch, half)) }
}

/** Undefined for a fetch that is not as simple as most are. */
function partsOf(fetch: FetchNode): TypePart[] | undefined {
  const { requires, id, inputRewrites, outputRewrites, contextRewrites } = fetch
  const isRewritten = [inputRewrites, outputRewrites, contextRewrites].some((all) => all?.length)
  const entities = operationIn(fetch)?.selectionSet.selections[0]
  if (!requires || id !== undefined || isRewritten || entities?.kind !== Kind.FIELD)
    return undefined
  const parts = new Map<string, TypePart>()
  for (const selection of entities.selectionSet?.selections ?? []) {
    const type = selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition?.name.value
    if (!type || selection.directives?.length) return undefined
    const { selections } = selection.selectionSet
    const known = parts.get(type)?.selections ?? []
    const given = requires.flatMap((one) =>
      one.kind === 'InlineFragment' && one.typeCondition === type ? one.selections : [],
    )
    parts.set(type, { type, selections: [...known, ...selections], requires: given })
  }
  return [...parts.values()]
}

function computedOn(type: string, subgraph: Subgraph): (selection: SelectionNode) => boolean {
  const definition = subgraph.schema.type(type)
  const hasFields = definition && (isObjectType(definition) || isInterfaceType(definition))
  return (selection) => {
    const field =
      hasFields && selection.kind === Kind.FIELD
        ? definition.field(selection.name.value)
        : undefined
    return field?.hasAppliedDirective(subgraph.metadata().requiresDirective().name) ?? false
  }
}

/** Of what a request says of entities, what is enough to find them. */
function keyIn(
  { type, requires }: TypePart,
  subgraph: Subgraph,
): readonly QueryPlanSelectionNode[] | undefined {
  const keys = subgraph.schema.type(type)?.appliedDirectivesOf(subgraph.metadata().keyDirective())
  for (const key of keys ?? []) {
    const { selections } = parseFieldset(String(key.arguments().fields))
    const names = new Set(
      selections.flatMap((one) => (one.kind === Kind.FIELD ? one.name.value : [])),
    )
    const given = requires.filter((one) => one.kind === 'Field' && names.has(one.name))
    if (key.arguments().resolvable === false || given.length < names.size) continue
    const typename = requires.filter((one) => one.kind === 'Field' && one.name === '__typename')
    return [...typename, ...given]
  }
  return undefined
}

function fetchOf(fetch: FetchNode, parts: readonly TypePart[]): FetchNode {
  const operation = operationIn(fetch)
  const [entities] = operation?.selectionSet.selections ?? []
  invariant(operation && entities?.kind === Kind.FIELD, 'A fetch of entities has one field')
  const selections = parts.map(({ type, selections }) => fragmentOn(type, selections))
  const selected: FieldNode = {
    ...entities,
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  }
  const used = variablesIn(selected)
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
          used.has(variable.name.value),
        ),
        selectionSet: { kind: Kind.SELECTION_SET, selections: [selected] },
      },
    ],
  }
  return {
    ...fetch,
    requires: parts.map(({ type, requires }) => ({
      kind: 'InlineFragment',
      typeCondition: type,
      selections: [...requires],
    })),
    operation: stripIgnoredCharacters(print(document)),
    operationDocumentNode: document,
    variableUsages: (fetch.variableUsages ?? []).filter((name) => used.has(name)),
  }
}

function fragmentOn(type: string, selections: readonly SelectionNode[]): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  }
}

function operationIn({ operationDocumentNode }: FetchNode): OperationDefinitionNode | undefined {
  const [definition] = operationDocumentNode?.definitions ?? []
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition : undefined
}

function variablesIn(field: FieldNode): ReadonlySet<string> {
  const names = new Set<string>()
  visit(field, { Variable: ({ name }) => void names.add(name.value) })
  return names
}
