import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { type DocumentNode, parse } from 'graphql'
import { withComputingGraphs } from './computing-graphs.ts'
import { withResolvableKeysFirst } from './key-order.ts'

/** A supergraph's document in the order, and over the graphs, that the planner needs. */
export function parseSupergraph(sdl: string): DocumentNode {
  return withComputingGraphs(withResolvableKeysFirst(parse(sdl, { noLocation: true })))
}

/**
 * Builds the form that the Apollo packages work with. Throws when the document is no supergraph, or uses a feature for
 * security or execution that is unknown here.
 */
export function buildFederated(document: DocumentNode): Supergraph {
  return Supergraph.build(document, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    // Composition has validated it; doing so again doubles the time to the first answer.
    validateSupergraph: false,
  })
}
