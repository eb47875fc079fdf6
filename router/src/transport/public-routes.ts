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
    const method = route.method === 'GET' ? 'get' : 'post'
    published.set(route.path, { ...published.get(route.path), [method]: publish(route, options) })
  }
  return published
}

function publish(route: PublicRoute, options: PublicRoutesOptions): RouteHandler {
  return async (exchange) => {
    const { headers } = exchange.request
    exchange.allowOrigin(options.cors.headersFor(headers.origin))
    const body = await readBody(exchange.request, options.bodyLimitBytes)
    const identity = await options.admit(headers.authorization, (viewer) =>
      exchange.identityOf(viewer),
    )
    const response = await route.handle({
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
