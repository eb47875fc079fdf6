import { OperationTypeNode } from 'graphql'
import type { Graph } from '../../graph.ts'
import { askedExplanation } from './asked-explanation.ts'

/** The graph with its caches, except that queries that are to be explained are executed by the graph behind them. */
export function explainUncached(cached: Graph, graph: Graph): Graph {
  if (cached === graph) return graph
  return {
    ...cached,
    execute(operation, call) {
      const isExplained =
        operation.kind === OperationTypeNode.QUERY && askedExplanation(call.headers) !== undefined
      return (isExplained ? graph : cached).execute(operation, call)
    },
  }
}
