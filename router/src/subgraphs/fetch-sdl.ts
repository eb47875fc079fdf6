import { randomUUID } from 'node:crypto'
import type { IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import { OperationTypeNode, parse } from 'graphql'
import { z } from 'zod'
import { createHttpClient } from './http-client.ts'
import type { SubgraphRequest } from './subgraph-client.ts'
import { openSubgraphTraffic } from './subgraph-traffic.ts'
import { settingsFor, type TrafficConfig } from './traffic-settings.ts'

export interface SdlFetcherOptions {
  readonly traffic: TrafficConfig
  readonly signer: IdentitySigner | undefined
}

const timeoutMs = 5_000

/**
 * Asks running subgraphs for their SDL (`_service { sdl }`), by the same way as for everything else, but past their
 * circuits. Rejects when there is none within five seconds.
 */
export function createSdlFetcher({ traffic, signer }: SdlFetcherOptions) {
  return async ({ name, url }: { readonly name: string; readonly url: string }) => {
    const shaped = openSubgraphTraffic(settingsFor(traffic, name))
    const client = createHttpClient({ name, url, signer, traffic: shaped })
    const identity = {
      viewer: null,
      requestId: randomUUID(),
      traceparent: createTraceparent(),
      clientAddress: null,
    }
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      return serviceAnswer.parse(await client.send(sdlRequest, { identity, signal })).data._service
        .sdl
    } finally {
      await client.close()
    }
  }
}

const serviceAnswer = z.object({
  data: z.object({ _service: z.object({ sdl: z.string() }) }),
})

const text = '{ _service { sdl } }'

const sdlRequest: SubgraphRequest = {
  operation: {
    kind: OperationTypeNode.QUERY,
    name: undefined,
    text,
    document: parse(text, { noLocation: true }),
  },
  variables: {},
  representations: new Map(),
}
