import { composeServices } from '@apollo/composition'
import {
  defaultPrintOptions,
  orderPrintedDefinitions,
  type PrintOptions,
  printSchema,
  type ServiceDefinition,
  Supergraph,
} from '@apollo/federation-internals'
import { GraphQLError, parse, Source } from 'graphql'
import {
  CompositionError,
  type CompositionFailure,
  type CompositionWarning,
  describeFailure,
  describeWarning,
} from './composition-error.ts'
import type { SubgraphSource } from './subgraph-source.ts'
import { stampSupergraph, supergraphDigest } from './supergraph-digest.ts'

/** What composition gives. */
export interface ComposedSupergraph {
  /** Starts with the digest line of `supergraphDigest`. */
  readonly supergraphSdl: string
  readonly apiSdl: string
  /** What composed, but probably not as intended. */
  readonly warnings: readonly CompositionWarning[]
}

/**
 * Composes subgraphs and prints the supergraph and the API schema with definitions and fields in alphabetical order,
 * so equal subgraphs give equal text. Union members keep their order: the success type stands first.
 * Throws `CompositionError`, which lists every failure with its subgraphs, coordinate and a hint.
 */
export function composeSupergraph(subgraphs: readonly SubgraphSource[]): ComposedSupergraph {
  const byName = subgraphs.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  const composed = composeServices(parseSubgraphs(byName), { sdlPrintOptions: printOptions() })
  if (composed.errors) throw new CompositionError(composed.errors.map(describeFailure))
  return {
    supergraphSdl: stampSupergraph(
      withFinalNewline(composed.supergraphSdl),
      supergraphDigest(byName),
    ),
    apiSdl: apiSdlOf(composed.supergraphSdl),
    warnings: composed.hints
      .filter((hint) => hint.definition.level.value >= lowestShownLevel)
      .map(describeWarning),
  }
}

/** What clients see of a supergraph. Throws when that is no valid schema. */
export function apiSdlOf(supergraphSdl: string): string {
  const apiSchema = Supergraph.build(supergraphSdl, { supportedFeatures: null }).apiSchema()
  return withFinalNewline(printSchema(apiSchema, printOptions()))
}

/** `HintLevel.INFO` of Apollo's composition; below it are details of how it works. */
const lowestShownLevel = 40

function parseSubgraphs(subgraphs: readonly SubgraphSource[]): ServiceDefinition[] {
  const failures: CompositionFailure[] = []
  const services = subgraphs.flatMap(({ name, url, sdl }) => {
    try {
      return [{ name, url, typeDefs: parse(new Source(sdl, name)) }]
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error
      failures.push(describeFailure(error))
      return []
    }
  })
  if (failures.length > 0) throw new CompositionError(failures)
  return services
}

function printOptions(): PrintOptions {
  const { unionMemberCompareFn: _alphabetical, ...ordered } =
    orderPrintedDefinitions(defaultPrintOptions)
  return ordered
}

function withFinalNewline(text: string): string {
  return `${text.trimEnd()}\n`
}
