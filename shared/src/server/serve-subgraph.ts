import { createServer } from 'node:http'
import type { Logger } from '../log/logger.ts'
import type { OperationSpans } from '../telemetry/operation-spans.ts'
import { createIdentitySigner } from '../viewer/signed-identity.ts'
import { createRequestAnswerer, graphqlPath } from './answer-request.ts'
import { openGraphqlEndpoint } from './graphql-endpoint.ts'
import { openGraphqlSocket } from './graphql-socket.ts'
import { listen } from './listen.ts'
import { createServerMetrics } from './server-metrics.ts'
import type { Subgraph } from './subgraph.ts'

export interface ServeOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Shared with the router, whose calls it signs. */
  readonly meshSecret: string
  /** Still accepted while the mesh secret is being replaced. */
  readonly previousMeshSecret?: string | undefined
  readonly log: Logger
  /** How large a body or a WebSocket message may be. Default 4 MiB. */
  readonly maximumBytes?: number
  /** How long `stop` waits for what is in flight before it cuts it. Default 10 seconds. */
  readonly graceMs?: number
  /** When calls are traced; belongs to the caller. */
  readonly spans?: OperationSpans | undefined
}

export interface SubgraphServer {
  /** Without a path; GraphQL is at `/graphql`. */
  readonly url: string
  /** Stops accepting, finishes what is in flight, tells WebSocket peers to go. The subgraph itself stays open. */
  stop(): Promise<void>
}

/** Longer than the router keeps its idle connections, so that it never writes into one that is just closing. */
const keepAliveMs = 65_000
const defaultMaximumBytes = 4 * 1024 * 1024
const defaultGraceMs = 10_000

/**
 * Serves a subgraph to the router: `POST /graphql` by Apollo Server, `graphql-transport-ws` on the same path,
 * `/health/live`, `/health/ready`, `/metrics`, and the subgraph's public routes. GraphQL calls that are not signed
 * with the mesh secret for this subgraph are refused with status 401 and code UNAUTHENTICATED; over WebSocket every
 * `subscribe` message carries its signed identity in `extensions.identity`. Rejects with a StartError when the port
 * cannot be opened.
 */
export async function serveSubgraph(
  subgraph: Subgraph,
  options: ServeOptions,
): Promise<SubgraphServer> {
  const { maximumBytes = defaultMaximumBytes, graceMs = defaultGraceMs, log } = options
  const signer = createIdentitySigner({
    secret: options.meshSecret,
    previousSecret: options.previousMeshSecret,
  })
  const metrics = createServerMetrics(subgraph.name)
  const httpServer = createServer({ keepAliveTimeout: keepAliveMs })
  const { spans } = options
  const traced = spans !== undefined
  const parts = { subgraph, signer, metrics, log, maximumBytes, graceMs, httpServer, spans, traced }
  const endpoint = await openGraphqlEndpoint(parts)
  const sockets = openGraphqlSocket(parts)
  let stopping: Promise<void> | undefined

  const answer = createRequestAnswerer({
    ...parts,
    endpoint,
    isStopping: () => stopping !== undefined,
  })
  httpServer.on('request', (request, response) => void answer(request, response))
  httpServer.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] === graphqlPath) sockets.upgrade(request, socket, head)
    else sockets.refuse(socket)
  })
  const stop = async (): Promise<void> => {
    // Sockets first: Apollo Server's drain would cut them without a closing frame.
    await sockets.stop()
    await endpoint.stop()
  }
  try {
    const url = await listen(httpServer, options)
    return { url, stop: () => (stopping ??= stop()) }
  } catch (error) {
    await endpoint.stop()
    throw error
  }
}
