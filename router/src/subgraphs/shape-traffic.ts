import type { Logger } from '@gravity/shared/log/logger'
import { boundClient } from './bound-client.ts'
import type { CircuitState } from './circuit-breaker.ts'
import type { OpenClient } from './client-pool.ts'
import type { SubgraphClient } from './subgraph-client.ts'
import { openSubgraphTraffic, type SubgraphTraffic } from './subgraph-traffic.ts'
import { settingsFor, type TrafficConfig, type TrafficSettings } from './traffic-settings.ts'

/** Opens the way to a subgraph; one that goes over the network asks for the traffic that it may be, and shapes it itself. */
export type OpenShapedClient = (
  name: string,
  url: string,
  openTraffic: () => SubgraphTraffic,
) => SubgraphClient

/** The traffic to all subgraphs. */
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
      const settings = settingsFor(config, name)
      let traffic: SubgraphTraffic | undefined
      const client = openClient(name, url, () => {
        traffic ??= openSubgraphTraffic(settings, { onCircuitChange: onCircuitChange(name) })
        open.set(name, traffic)
        return traffic
      })
      if (traffic) return untilClosed(client, { name, traffic, open })
      return boundInProcess(client, { name, settings, open })
    },
    current: () => open,
  }
}

interface OpenTraffic {
  readonly name: string
  readonly traffic: SubgraphTraffic
  readonly open: Map<string, SubgraphTraffic>
}

function untilClosed(client: SubgraphClient, { name, traffic, open }: OpenTraffic): SubgraphClient {
  return {
    ...client,
    async close() {
      // The subgraph may have moved, and its traffic then belongs to its new address.
      if (open.get(name) === traffic) open.delete(name)
      await client.close()
    },
  }
}

/** The client as it is, unless somebody asked for bounds that make sense without a network. */
function boundInProcess(
  client: SubgraphClient,
  { name, settings, open }: Omit<OpenTraffic, 'traffic'> & { readonly settings: TrafficSettings },
): SubgraphClient {
  const { deadlineMs, concurrency = Number.POSITIVE_INFINITY } = settings.asked
  if (deadlineMs === undefined && concurrency === Number.POSITIVE_INFINITY) return client
  const traffic = openSubgraphTraffic({ ...settings, concurrency, circuit: undefined })
  open.set(name, traffic)
  return untilClosed(boundClient(client, { name, traffic, deadlineMs }), { name, traffic, open })
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
