import type { IncomingHttpHeaders } from 'node:http'
import type { CorsPolicy } from './cors.ts'
import { HttpRefusal } from './http-refusal.ts'

/** A page cannot send any of these to another origin without asking first by a preflight request. */
const preflightedHeaders = [
  'gravity-csrf',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'authorization',
] as const

// https://fetch.spec.whatwg.org/#cors-safelisted-request-header
const simpleContentTypes = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
])

export interface CsrfFacts {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** Without parameters, in lower case; empty when there is none. */
  readonly contentType: string
}

/**
 * Refuses what a foreign page could make a browser send without a preflight request. A POST is refused when its
 * content type is a simple one. A GET carries no content type that could tell, so it is refused when the browser says
 * that another site started it (`sec-fetch-site`, `origin`), or when it carries a cookie and says nothing; programs
 * send none of these. Whoever sets one of the headers above, or comes from an allowed origin, is not refused.
 */
export function refuseCrossSiteRequest(facts: CsrfFacts, cors: CorsPolicy): void {
  const { method, headers, contentType } = facts
  if (preflightedHeaders.some((name) => headers[name] !== undefined)) return
  if (method === 'POST') {
    if (contentType === '' || simpleContentTypes.has(contentType)) throw crossSiteRefusal()
    return
  }
  if (isCrossSite(headers, cors)) throw crossSiteRefusal()
}

function isCrossSite(headers: IncomingHttpHeaders, cors: CorsPolicy): boolean {
  if (headers.origin !== undefined) return !cors.allows(headers)
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  return headers.cookie !== undefined
}

function crossSiteRefusal(): HttpRefusal {
  return new HttpRefusal({
    status: 400,
    code: 'BAD_USER_INPUT',
    message:
      'A web page of another site could have made this request without asking first. ' +
      'Send content-type: application/json, or add a header such as gravity-csrf: 1.',
  })
}
