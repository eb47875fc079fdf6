import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import { OperationTypeNode, parse } from 'graphql'
import type { Pool } from 'undici'
import type { SubgraphCall, SubgraphRequest } from './subgraph-client.ts'
import { subgraphFailure } from './subgraph-failure.ts'

const timeoutMs = 2_000

/** Where Gravity's own subgraphs tell whether they can use what they depend on, beside their endpoint. */
const readinessPath = 'health/ready'

/** Asks one of Gravity's own subgraphs whether it and what it depends on can answer. Rejects when not. */
export async function checkReadiness(name: string, url: string, pool: Pool): Promise<void> {
  const { pathname } = new URL(readinessPath, url)
  const signal = AbortSignal.timeout(timeoutMs)
  const { statusCode, body } = await pool.request({ path: pathname, method: 'GET', signal })
  const text = await body.text()
  if (statusCode === 200) return
  const detail = `its readiness is ${statusCode} ${text.slice(0, 200)}`
  throw subgraphFailure(name, 'UNREACHABLE', { detail })
}

/** What every GraphQL server can answer. */
export const typenameRequest: SubgraphRequest = {
  operation: {
    kind: OperationTypeNode.QUERY,
    name: undefined,
    text: '{__typename}',
    document: parse('{__typename}', { noLocation: true }),
  },
  variables: {},
  representations: new Map(),
}

/** A call on nobody's behalf, for a check. */
export function checkCall(): SubgraphCall {
  const traceparent = createTraceparent()
  return {
    identity: { viewer: null, requestId: 'check', traceparent, clientAddress: null },
    signal: AbortSignal.timeout(timeoutMs),
  }
}
