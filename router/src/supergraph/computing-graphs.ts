import {
  type DocumentNode,
  type EnumValueDefinitionNode,
  Kind,
  type StringValueNode,
} from 'graphql'
import { type ComputedField, computedFields } from './computed-fields.ts'
import { Definitions } from './definitions.ts'
import { GraphPart } from './graph-part.ts'
import { joinsOf, joinText, newJoin } from './join-directives.ts'
import { SupergraphEdits } from './supergraph-edits.ts'

/** Between the name of a subgraph and the number of its part; no name of a subgraph has one. */
const separator = '\n'

/** The name of the subgraph of which a planned graph is a part, or is all. */
export function subgraphBehind(name: string): string {
  const end = name.indexOf(separator)
  return end === -1 ? name : name.slice(0, end)
}

/** Whether a planned graph is only a part of a subgraph. */
export function isPart(name: string): boolean {
  return name.includes(separator)
}

/**
 * Divides the subgraphs that take part in chains of computed fields (`@requires`): fields that others are computed from.
 * When such a chain leads back to a subgraph, the planner asks that subgraph for a field together with what the field
 * requires, as in https://github.com/apollographql/router/issues/7657. It does not when each link of the chain belongs to
 * a graph of its own; `subgraphBehind` says whom to ask. Supergraphs without chains stay as they are.
 */
export function withComputingGraphs(document: DocumentNode): DocumentNode {
  const definitions = new Definitions(document)
  const computed = computedFields(definitions)
  const links = new Set(computed.filter(({ isRequired }) => isRequired).map(coordinateOf))
  if (links.size === 0) return document
  const edits = new SupergraphEdits()
  for (const { name } of graphsOf(definitions)) {
    const own = computed.filter(({ graph }) => graph === name.value)
    const takesPart = own.some((one) => one.isRequired || !one.required.isDisjointFrom(links))
    if (takesPart && own.every(canMove)) {
      divide({ definitions, edits, graph: name.value, computed: own })
    }
  }
  return edits.apply(document)
}

function coordinateOf({ type, field }: ComputedField): string {
  return `${type}.${field.name.value}`
}

function graphsOf({ all }: Definitions): readonly EnumValueDefinitionNode[] {
  const graphs = all.get('join__Graph')
  return graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : []
}

/** Labels and contexts name the subgraph that they are about. */
function canMove({ field, join }: ComputedField): boolean {
  const joins = joinsOf(field, 'join__field')
  if (joins.some((one) => joinText(one, 'overrideLabel') !== undefined)) return false
  return !join.arguments?.some(({ name }) => name.value === 'contextArguments')
}

/** A subgraph whose computed fields go to graphs of their own. */
interface Division {
  readonly definitions: Definitions
  readonly edits: SupergraphEdits
  /** Its enum value. */
  readonly graph: string
  readonly computed: readonly ComputedField[]
}

function divide({ definitions, edits, graph, computed }: Division): void {
  const ends = computed.filter(({ isRequired }) => !isRequired)
  const links = computed.filter(({ isRequired }) => isRequired).map((link) => [link])
  for (const [index, part] of [...links, ...(ends.length > 0 ? [ends] : [])].entries()) {
    const to = newGraph({ definitions, edits, graph }, index)
    new GraphPart({ definitions, edits, from: graph, to }).take(part)
  }
}

function newGraph(
  { definitions, edits, graph }: Omit<Division, 'computed'>,
  index: number,
): string {
  const values = graphsOf(definitions)
  const taken = new Set(values.map(({ name }) => name.value))
  let value = `${graph}_${index}`
  while (taken.has(value)) value += '_'
  const whole = values.find(({ name }) => name.value === graph)
  if (whole) edits.addGraph(renamed(whole, value, index))
  // Every graph has the query type, if only for its entities.
  edits.addPart('Query', newJoin('join__type', value))
  return value
}

function renamed(
  { directives = [], ...node }: EnumValueDefinitionNode,
  value: string,
  index: number,
): EnumValueDefinitionNode {
  return {
    ...node,
    name: { kind: Kind.NAME, value },
    directives: directives.map((directive) => ({
      ...directive,
      arguments: (directive.arguments ?? []).map((argument) => {
        if (argument.name.value !== 'name' || argument.value.kind !== Kind.STRING) return argument
        const name: StringValueNode = {
          kind: Kind.STRING,
          value: `${argument.value.value}${separator}${index}`,
        }
        return { ...argument, value: name }
      }),
    })),
  }
}
