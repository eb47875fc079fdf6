import { hash, timingSafeEqual } from 'node:crypto'
import { type Invalidation, readInvalidation } from '@gravity/shared/cache/invalidation'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { badRequest } from '../transport/http-refusal.ts'
import type { Route } from '../transport/http-server.ts'
import { readBody } from '../transport/request-body.ts'

export const INVALIDATION_PATH = '/cache/invalidate'

export interface InvalidationRouteOptions {
  /** What callers present as a bearer token. */
  readonly secret: string
  /** Resolves to the number of kept things that this router has forgotten, once all others were told. */
  readonly invalidate: (invalidation: Invalidation) => Promise<number>
}

const limitBytes = 1_048_576

/** `POST /cache/invalidate` with `{"tags":["User:42"]}` or `{"all":true}`, for programs that change what subgraphs serve. */
export function createInvalidationRoute(options: InvalidationRouteOptions): Route {
  const { secret, invalidate } = options
  return {
    async post(exchange) {
      const { authorization = '' } = exchange.request.headers
      if (!isEqual(authorization, `Bearer ${secret}`)) {
        throw new GravityError('UNAUTHENTICATED', 'Send the secret as a bearer token.')
      }
      const invalidation = readJson(await readBody(exchange.request, limitBytes))
      const forgotten = await invalidate(invalidation)
      exchange.answer({ status: 200, body: JSON.stringify({ forgotten }) })
    },
  }
}

/** In a time that tells nothing about where they differ. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'))
}

function readJson(text: string): Invalidation {
  const expected = 'The body must be JSON such as {"tags":["User:42"]} or {"all":true}.'
  try {
    const invalidation = readInvalidation(JSON.parse(text))
    if (invalidation && (invalidation.all || invalidation.tags.length > 0)) return invalidation
  } catch (cause) {
    throw badRequest(expected, cause)
  }
  throw badRequest(expected)
}
