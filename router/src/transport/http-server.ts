import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Logger } from '@gravity/shared/log/logger'
import type { ListenOptions } from '@gravity/shared/server/listen'
import { anySibling } from '@gravity/shared/server/route-path'
import type { FileWatch } from '../files/watch-files.ts'
import type { ResolveClientAddress } from '../viewer/client-address.ts'
import { answerBrokenRequest } from './broken-request.ts'
import type { TlsFiles } from './config.ts'
import { HttpExchange } from './http-exchange.ts'
import { HttpRefusal, methodNotAllowed, refusalFor } from './http-refusal.ts'
import { listenWidely, type WideListening } from './listen-widely.ts'
import { useCertificate } from './tls.ts'

export type RouteHandler = (exchange: HttpExchange) => void | Promise<void>

/** An address of the router: a handler per method. `HEAD` is answered as `GET` without its body. */
export interface Route {
  readonly get?: RouteHandler
  readonly post?: RouteHandler
  readonly put?: RouteHandler
  readonly delete?: RouteHandler
  readonly options?: RouteHandler
}

export interface HttpServerOptions {
  readonly routes: ReadonlyMap<string, Route>
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly resolveClientAddress: ResolveClientAddress
  readonly timeouts: HttpTimeouts
  /** Undefined for plain HTTP. */
  readonly tls: TlsFiles | undefined
  /** Aborted before `stop` is called: streams end, and connections are kept alive no longer. */
  readonly stopping: AbortSignal
  /** Whether answers are compressed for those who accept it. */
  readonly compression: boolean
  readonly observe: HttpObserver
  /** Told of every request as well, when anybody wants to know more of it. */
  readonly watch?: ((exchange: HttpExchange) => (status: number) => void) | undefined
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
  /** For how long a client may read nothing of an answer that is being sent. */
  readonly answer: number
}

/** Told of every request when it begins; the returned function is told how it ended, and the code of the first error. */
export type HttpObserver = (path: string) => (status: number, errorCode?: string) => void

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
  const { server, start } = createListener(options, (request, response) => {
    const exchange = new HttpExchange(request, response, options)
    observeExchange(exchange, options)
    dispatch(exchange, options)
  })
  server.maxHeadersCount = maximumHeaders
  server.on('upgrade', options.onUpgrade)
  server.on('clientError', answerBrokenRequest)
  let watch: FileWatch | undefined
  let listening: WideListening | undefined

  return {
    async listen(address) {
      watch = await start()
      listening = await listenWidely(server, { ...address, allowHalfOpen: !options.tls })
      const { url } = listening
      return options.tls ? url.replace('http:', 'https:') : url
    },
    async stop(graceMs) {
      watch?.stop()
      if (listening) await close(server, listening, graceMs)
    },
  }
}

interface Listener {
  readonly server: Server
  /** To be called before it listens. */
  start(): Promise<FileWatch | undefined>
}

function createListener(
  { tls, timeouts, log }: HttpServerOptions,
  answer: RequestListener,
): Listener {
  const settings = {
    maxHeaderSize: maximumHeaderBytes,
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    // How often Node looks for connections past the timeouts above.
    connectionsCheckingInterval: Math.min(5_000, timeouts.headers),
    noDelay: true,
    // Clients that offer HTTP/2 over plain TCP do it by an upgrade as well, and go on with HTTP/1.1 when it is ignored.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
      headers.upgrade?.toLowerCase() === 'websocket',
  }
  if (!tls) return { server: createServer(settings, answer), start: async () => undefined }
  const handshakeTimeout = timeouts.headers
  const asksClients = tls.clientAuthority !== undefined
  const server = createTlsServer(
    { ...settings, handshakeTimeout, requestCert: asksClients, rejectUnauthorized: asksClients },
    answer,
  )
  return { server, start: () => useCertificate(server, tls, log) }
}

function observeExchange(exchange: HttpExchange, { observe, watch }: HttpServerOptions): void {
  const { path, response } = exchange
  const ended = observe(path)
  response.on('close', () => ended(response.statusCode, exchange.errorCode))
  if (!watch) return
  const told = watch(exchange)
  response.on('close', () => told(response.statusCode))
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
  const route = routes.get(exchange.path) ?? routes.get(anySibling(exchange.path))
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
  if (method === 'OPTIONS') return route.options
  if (method === 'PUT') return route.put
  return method === 'DELETE' ? route.delete : undefined
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
  else refuse(exchange, refusal, log)
}

/** Nobody is left to catch what is thrown here. */
function refuse(exchange: HttpExchange, refusal: HttpRefusal, log: Logger): void {
  try {
    exchange.refuse(refusal)
  } catch (err) {
    log.error({ err }, 'A refusal cannot be sent.')
    exchange.response.destroy()
  }
}

async function close(server: Server, listening: WideListening, graceMs: number): Promise<void> {
  const closed = listening.close()
  server.closeIdleConnections()
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(deadline)
}
