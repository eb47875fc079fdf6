import type { Logger } from '@gravity/shared/log/logger'
import type { CircuitState } from './circuit-breaker.ts'
import type { OpenClient } from './client-pool.ts'
import type { SubgraphClient } from './subgraph-client.ts'
import { openSubgraphTraffic, type SubgraphTraffic } from './subgraph-traffic.ts'
import { settingsFor, type TrafficConfig } from './traffic-settings.ts'

/** Opens the way to a subgraph; one that goes over the network asks for the traffic that it may be. */
export type OpenShapedClient = (
  name: string,
  url: string,
  openTraffic: () => SubgraphTraffic,
) => SubgraphClient

/** The traffic to all subgraphs that are called over the network. */
export interface Traffic {
  shape(open: OpenShapedClient): OpenClient
  /** How it goes, by the names of the subgraphs. */
  current(): ReadonlyMap<string, SubgraphTraffic>
}

/** Opens the traffic of a router. What happens to a circuit is logged. */
export function openTraffic(config: TrafficConfig, log: Logger): Traffic {
  const open = new Map<string, SubgraphTraffic>()
  const onCircuitChange = (subgraph: string) => (state: CircuitState) => {
    if (state === 'open') log.warn({ subgraph }, `${subgraph} fails and is not called for a while.`)
    else if (state === 'closed') log.info({ subgraph }, `${subgraph} answers again.`)
  }
  return {
    shape: (openClient) => (name, url) => {
      let traffic: SubgraphTraffic | undefined
      const client = openClient(name, url, () => {
        traffic ??= openSubgraphTraffic(settingsFor(config, name), {
          onCircuitChange: onCircuitChange(name),
        })
        open.set(name, traffic)
        return traffic
      })
      if (!traffic) return client
      return {
        ...client,
        async close() {
          // The subgraph may have moved, and its traffic then belongs to its new address.
          if (open.get(name) === traffic) open.delete(name)
          await client.close()
        },
      }
    },
    current: () => open,
  }
}

/** A name that is mistyped would otherwise leave a subgraph without what was meant for it. */
export function warnOfUnknownSubgraphs(
  { subgraphs }: TrafficConfig,
  names: readonly string[],
  log: Logger,
): void {
  for (const subgraph of subgraphs.keys()) {
    if (names.includes(subgraph)) continue
    log.warn({ subgraph }, 'There are traffic settings for a subgraph that there is not.')
  }
}
