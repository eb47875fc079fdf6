import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '@gravity/shared/log/logger'
import { type ListenOptions, listen } from '@gravity/shared/server/listen'
import type { ResolveClientAddress } from '../viewer/client-address.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { HttpExchange } from './http-exchange.ts'
import { HttpRefusal, methodNotAllowed, refusalFor } from './http-refusal.ts'

export type RouteHandler = (exchange: HttpExchange) => void | Promise<void>

/** An address of the router: a handler per method. `HEAD` is answered as `GET` without its body. */
export interface Route {
  readonly get?: RouteHandler
  readonly post?: RouteHandler
  readonly options?: RouteHandler
}

export interface HttpServerOptions {
  readonly routes: ReadonlyMap<string, Route>
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly resolveClientAddress: ResolveClientAddress
  readonly timeouts: HttpTimeouts
  /** Aborted before `stop` is called: streams end, and connections are kept alive no longer. */
  readonly stopping: AbortSignal
  readonly observe: HttpObserver
  readonly log: Logger
}

/** Bounds on slow clients, in milliseconds. */
export interface HttpTimeouts {
  /** Until the headers of a request have arrived. */
  readonly headers: number
  /** Until the whole request has arrived, body included. */
  readonly request: number
  /** How long an idle connection is kept; longer than the idle time of a load balancer in front. */
  readonly keepAlive: number
}

/** Told of every request when it begins; the returned function is told how it ended. */
export type HttpObserver = (path: string) => (status: number) => void

export interface HttpServer {
  /** Resolves to the address as a URL without a path. Throws a StartError when it cannot be listened on. */
  listen(address: ListenOptions): Promise<string>
  /** Accepts nothing new, lets requests in flight finish for at most `graceMs`, then closes what is left. */
  stop(graceMs: number): Promise<void>
}

/** The longest request line and headers together; a GET carries its whole query there. */
const maximumHeaderBytes = 16_384
const maximumHeaders = 100

/** Serves routes over `node:http`: dispatch, refusals, bounds on slow clients and a stop that loses no answer. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const server = createServer(
    {
      maxHeaderSize: maximumHeaderBytes,
      headersTimeout: options.timeouts.headers,
      requestTimeout: options.timeouts.request,
      keepAliveTimeout: options.timeouts.keepAlive,
      // How often Node looks for connections past the timeouts above.
      connectionsCheckingInterval: Math.min(5_000, options.timeouts.headers),
      noDelay: true,
      // Clients that offer HTTP/2 over plain TCP do it by an upgrade as well, and go on with HTTP/1.1 when it is ignored.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      const exchange = new HttpExchange(request, response, options)
      observeExchange(exchange, options.observe)
      dispatch(exchange, options)
    },
  )
  server.maxHeadersCount = maximumHeaders
  server.on('upgrade', options.onUpgrade)
  server.on('clientError', answerBrokenRequest)

  return {
    listen: (address) => listen(server, address),
    stop: (graceMs) => close(server, graceMs),
  }
}

function observeExchange({ path, response }: HttpExchange, observe: HttpObserver): void {
  const ended = observe(path)
  response.once('close', () => ended(response.statusCode))
}

function dispatch(exchange: HttpExchange, options: HttpServerOptions): void {
  try {
    const running = findHandler(exchange, options.routes)(exchange)
    if (running) running.catch((error: unknown) => answerError(exchange, error, options.log))
  } catch (error) {
    answerError(exchange, error, options.log)
  }
}

function findHandler(exchange: HttpExchange, routes: ReadonlyMap<string, Route>): RouteHandler {
  const route = routes.get(exchange.path)
  if (!route) throw notFound()
  const { method = 'GET' } = exchange.request
  const handler = handlerFor(route, method)
  if (!handler) {
    const allowed = Object.keys(route).map((name) => name.toUpperCase())
    throw methodNotAllowed(`${method} is not a method of this address.`, allowed)
  }
  return handler
}

function handlerFor(route: Route, method: string): RouteHandler | undefined {
  if (method === 'POST') return route.post
  if (method === 'GET' || method === 'HEAD') return route.get
  return method === 'OPTIONS' ? route.options : undefined
}

function notFound(): HttpRefusal {
  return new HttpRefusal({
    status: 404,
    code: 'NOT_FOUND',
    message: 'Nothing lives at this address. The endpoint is /graphql.',
  })
}

function answerError(exchange: HttpExchange, error: unknown, log: Logger): void {
  const refusal = refusalFor(error, exchange.requestId, log)
  // Once the answer has begun, cutting it off is the only way left to say that it is not whole.
  if (exchange.response.headersSent) exchange.response.destroy()
  else exchange.refuse(refusal)
}

async function close(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(deadline)
}
