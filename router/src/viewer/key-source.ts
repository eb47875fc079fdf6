import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'

/** Fetches the public keys that sign access tokens. Rejects when they cannot be had now. */
export type KeySource = () => Promise<JSONWebKeySet>

/** Where services publish their keys (RFC 8615 names the folder, RFC 7517 the form). */
export const KEY_SET_PATH = '/.well-known/jwks.json'

const fetchTimeoutMs = 5_000

/** Reads the keys of a service in this process by calling its route. */
export function keysFromRoute(route: PublicRoute): KeySource {
  return async () => {
    const response = await route.handle({
      path: route.path,
      headers: {},
      query: new URLSearchParams(),
      body: '',
      identity: {
        viewer: null,
        requestId: 'key-set',
        traceparent: createTraceparent(),
        clientAddress: null,
      },
    })
    if (response.status !== 200) throw unavailable(response.status)
    return parseKeySet(JSON.parse(response.body))
  }
}

/** Reads the keys of a service in another process. */
export function keysFromUrl(url: string): KeySource {
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) })
    if (response.status !== 200) throw unavailable(response.status)
    return parseKeySet(await response.json())
  }
}

const keySetShape = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) })

function parseKeySet(document: unknown): JSONWebKeySet {
  return keySetShape.parse(document)
}

function unavailable(status: number): GravityError {
  return new GravityError('SUBGRAPH_UNAVAILABLE', `The key set answered with status ${status}.`)
}
