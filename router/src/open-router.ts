import type { RateLimits } from '@gravity/shared/rate-limit/rate-limit'
import { createGraph, type GraphOptions } from './create-graph.ts'
import { documentChecks } from './limits/document-checks.ts'
import { createRouter, type Router, type RouterOptions } from './router.ts'

export interface OpenRouterOptions
  extends Omit<RouterOptions, 'graph'>,
    Pick<GraphOptions, 'source' | 'openClient' | 'viewerIndependentFields'> {
  readonly rateLimits: RateLimits
}

/**
 * A router over the supergraph of a source, with everything that the configuration switches on. The same for every way
 * to run. Rejects when there is no supergraph to begin with, or it cannot be served.
 */
export async function openRouter(options: OpenRouterOptions): Promise<Router> {
  const { source, openClient, viewerIndependentFields, ...published } = options
  const { config, log } = options
  const graph = await createGraph({
    source,
    openClient,
    viewerIndependentFields,
    ...documentChecks(config),
    log,
  })
  return createRouter({ ...published, graph })
}
