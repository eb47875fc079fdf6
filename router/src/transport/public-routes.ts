import type { PublicRoute } from '@gravity/shared/server/subgraph'
import type { Admit } from './admission.ts'
import type { CorsPolicy } from './cors.ts'
import type { HttpExchange } from './http-exchange.ts'
import type { Route, RouteHandler } from './http-server.ts'
import { readBody } from './request-body.ts'

export interface PublicRoutesOptions {
  readonly routes: readonly PublicRoute[]
  readonly admit: Admit
  readonly cors: CorsPolicy
  readonly bodyLimitBytes: number
}

/** Publishes the plain HTTP routes of subgraphs under their own paths; each learns who asks. */
export function createPublicRoutes(options: PublicRoutesOptions): ReadonlyMap<string, Route> {
  const published = new Map<string, Route>()
  for (const route of options.routes) {
    if (route.internal) continue
    const method = route.method === 'GET' ? 'get' : 'post'
    const handlers = { ...published.get(route.path), [method]: publish(route, options) }
    published.set(route.path, { ...handlers, options: answerPreflight(options) })
  }
  return published
}

function answerPreflight({ cors }: PublicRoutesOptions): RouteHandler {
  return (exchange) => exchange.answerEmpty(204, cors.preflightHeadersFor(exchange.request.headers))
}

function publish(route: PublicRoute, options: PublicRoutesOptions): RouteHandler {
  return async (exchange) => {
    const { headers } = exchange.request
    exchange.allowOrigin(options.cors.headersFor(headers.origin))
    const body = await readBody(exchange.request, options.bodyLimitBytes)
    const token = route.authorization === 'own' ? undefined : headers.authorization
    const identity = await options.admit(token, (viewer) => exchange.identityOf(viewer))
    const response = await route.handle({
      path: exchange.path,
      headers: singleHeaders(exchange),
      query: new URLSearchParams(exchange.search),
      body,
      identity,
    })
    const { 'content-type': contentType = 'application/json', ...others } = response.headers ?? {}
    exchange.answer({ status: response.status, contentType, body: response.body, headers: others })
  }
}

function singleHeaders({ request }: HttpExchange): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
