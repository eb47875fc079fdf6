/**
 * Terminology
 * - Subgraph SDL: the federated SDL of one service with the shared value types merged in; what its `_service` field answers.
 * - Supergraph: the composed SDL with join directives, from which the router plans.
 * - API schema: the supergraph without federation's machinery; what clients see.
 * - Coordinate: where something stands in a schema, `Type.field` or `Type.field(argument:)`, as the GraphQL specification writes it.
 */

/** One input of composition: a subgraph's name, where the router reaches it, and its SDL. */
export interface SubgraphSource {
  readonly name: string
  readonly url: string
  readonly sdl: string
}
