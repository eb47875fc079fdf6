import { createPersistedDocuments } from './documents/persisted-documents.ts'
import type { Graph } from './graph.ts'
import { limitRates, unknownFields } from './limits/rate-rules.ts'
import type { RouterOptions } from './router.ts'

export interface GuardedGraph {
  readonly graph: Graph
  /** Reads what the guards need. Throws a StartError when it cannot be used. */
  start(): Promise<void>
  /** Stops the guards and the graph behind them. */
  stop(): Promise<void>
}

/** Puts in front of a graph what strangers pass whichever transport they come by. */
export function guardGraph(options: RouterOptions): GuardedGraph {
  const { config, graph, sharedCache, rateLimits, log } = options
  const { rateRules: rules } = config
  const documents = createPersistedDocuments({
    graph: limitRates({ graph, rules, rateLimits }),
    config: config.documents,
    sharedCache,
    rateLimits,
    maximumCharacters: config.documentLimits.characters,
    // What was answered may not be asked any more.
    onListChange: () => options.caching?.knownRequests?.forgetAll(),
    log,
  })
  return {
    graph: documents.graph,
    async start() {
      await documents.start()
      for (const field of unknownFields(rules, graph.apiSchema())) {
        log.warn({ field }, 'A rate limit is on a field that the schema does not have.')
      }
    },
    async stop() {
      documents.stop()
      await graph.stop()
    },
  }
}
