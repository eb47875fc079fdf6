import { parse, validate } from 'graphql'
import { type Answer, ask, startGraph, type TestSubgraph } from '../execution-graph.ts'
import { differences } from './compare-answers.ts'
import type { Model } from './model.ts'
import { modelSubgraphs } from './model-subgraphs.ts'
import { ModelValues, rootThing, type Thing } from './model-values.ts'
import type { RandomOperation } from './random-operation.ts'
import { type WholeServer, type WholeServerOptions, wholeServer } from './whole-server.ts'

/** What a client is told when there are too many ways to answer an operation. */
const tooLarge = 'The operation selects too much to be planned.'

/** A graph beside one server that knows the right answers. */
export interface FuzzedGraph {
  readonly whole: WholeServer
  readonly subgraphs: readonly TestSubgraph[]
  readonly supergraphSdl: string
  answer(operation: RandomOperation): Promise<Answer>
  stop(): Promise<void>
}

export async function fuzzedGraph(
  subgraphs: readonly TestSubgraph[],
  resolution: Omit<WholeServerOptions, 'apiSchema'>,
): Promise<FuzzedGraph> {
  const graph = await startGraph(subgraphs)
  return {
    whole: wholeServer({ ...resolution, apiSchema: graph.apiSchema() }),
    subgraphs,
    supergraphSdl: graph.supergraphSdl(),
    answer: ({ query, variables }) => ask(graph, query, { variables }),
    stop: () => graph.stop(),
  }
}

/**
 * In what an answer is not the right one; nothing when it is. Undefined for an operation that is not valid, or that the
 * planner refuses.
 */
export async function tryOperation(
  { whole, answer }: FuzzedGraph,
  operation: RandomOperation,
): Promise<string[] | undefined> {
  if (validate(whole.schema, parse(operation.query)).length > 0) return undefined
  const ours = await answer(operation)
  if (ours.errors?.some(({ message }) => message === tooLarge)) return undefined
  return differences({
    ours,
    whole: await whole.answer(operation),
    relaxed: await whole.answerRelaxed(operation),
  })
}

/** The graph of a model, split over its subgraphs and whole. */
export function fuzzedModel(model: Model): Promise<FuzzedGraph> {
  const values = new ModelValues(model)
  return fuzzedGraph(modelSubgraphs(model), {
    rootValue: undefined,
    fieldResolver(...[source, args, , { parentType, fieldName }]) {
      // Everything that is resolved is a thing, except for the root.
      const thing = (source as Thing | undefined) ?? rootThing(parentType.name)
      return values.wholeValue(thing, fieldName, args)
    },
  })
}
