import {
  type Supergraph as FederatedSupergraph,
  isCompositeType,
  possibleRuntimeTypes,
} from '@apollo/federation-internals'
import type { GraphQLSchema } from 'graphql'
import { isPart } from './computing-graphs.ts'
import { type FederatedNames, federatedNames } from './federated-names.ts'
import { buildFederated, parseSupergraph } from './federated-supergraph.ts'
import { type RequirementConflicts, requirementConflicts } from './requirement-conflicts.ts'

/**
 * Terminology
 * - Supergraph: the composed schema of all subgraphs, with the directives that say who answers what.
 * - API schema: the supergraph without federation's machinery and without inaccessible elements; what clients see.
 * - Generation: one supergraph with everything that was made from it; a new schema starts a new generation, and
 *   requests finish in the one they began in.
 */

/** A supergraph that was read and found usable. */
export interface Supergraph {
  readonly sdl: string
  /** The form that the Apollo packages work with. */
  readonly federated: FederatedSupergraph
  readonly apiSchema: GraphQLSchema
  readonly types: TypeRelations
  readonly names: FederatedNames
  readonly conflicts: RequirementConflicts
  /** Name and routing address of each subgraph; it means nothing for a subgraph in this process. */
  readonly subgraphs: ReadonlyMap<string, string>
}

/** What the whole supergraph, inaccessible types included, knows about types at run time. */
export interface TypeRelations {
  /** True for the name of an object type: something that a `__typename` may say in the end. */
  isObjectType(name: string): boolean
  /** True when an object of the type `name` passes the type condition. */
  satisfies(name: string, condition: string): boolean
}

export interface SupergraphOptions {
  /** Whether the API schema has `@defer`; true by default. */
  readonly defer?: boolean | undefined
}

/**
 * Reads a supergraph that uses any feature the Apollo planner knows, access directives included. Throws when the text
 * is no supergraph, or uses a feature for security or execution that is unknown here.
 */
export function createSupergraph(
  sdl: string,
  { defer = true }: SupergraphOptions = {},
): Supergraph {
  const document = parseSupergraph(sdl)
  const federated = buildFederated(document)
  return {
    sdl,
    federated,
    apiSchema: federated.apiSchema().toGraphQLJSSchema({ includeDefer: defer }),
    types: createTypeRelations(federated),
    names: federatedNames(document),
    conflicts: requirementConflicts(document),
    subgraphs: new Map(
      federated.subgraphsMetadata().flatMap(({ name, url }) => (isPart(name) ? [] : [[name, url]])),
    ),
  }
}

function createTypeRelations({ schema }: FederatedSupergraph): TypeRelations {
  const possible = new Map<string, ReadonlySet<string>>()
  const possibleNames = (name: string): ReadonlySet<string> => {
    const known = possible.get(name)
    if (known) return known
    const type = schema.type(name)
    const names = type && isCompositeType(type) ? possibleRuntimeTypes(type) : []
    const set = new Set(names.map((objectType) => objectType.name))
    // Only names of the schema are kept: a subgraph may answer any number of others.
    if (type) possible.set(name, set)
    return set
  }
  return {
    isObjectType: (name) => schema.type(name)?.kind === 'ObjectType',
    satisfies: (name, condition) => name === condition || possibleNames(condition).has(name),
  }
}
