import type { Graph, GraphCall } from '../graph.ts'
import { PassedHeaders } from './passed-headers.ts'

/**
 * A graph whose answers carry the headers of subgraphs that rules let through. They are made for one client: an answer
 * that has some says of itself that nobody may keep it. The same answer out of the cache, or shared with a client that
 * asked at the same time, has none.
 */
export function passHeaders(graph: Graph): Graph {
  return {
    ...graph,
    async execute(operation, call) {
      const passed = collectFor(call)
      const result = await graph.execute(operation, call)
      return give(passed, call) ? { ...result, kept: undefined } : result
    },
    async executeInParts(operation, call) {
      const passed = collectFor(call)
      const answer = await graph.executeInParts(operation, call)
      give(passed, call)
      return answer
    },
  }
}

function collectFor(call: GraphCall): PassedHeaders | undefined {
  if (!call.passHeaders) return undefined
  call.passed = new PassedHeaders()
  return call.passed
}

/** Whether there were any. */
function give(passed: PassedHeaders | undefined, call: GraphCall): boolean {
  if (!passed || passed.isEmpty) return false
  call.passHeaders?.(passed)
  return true
}
