import { hash } from 'node:crypto'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { PublicRoute, PublicRouteResponse } from '@gravity/shared/server/subgraph'
import { API_KEY_PATH, isWellFormedApiKey } from '@gravity/shared/viewer/api-key'
import { IDENTITY_HEADER, type IdentitySigner } from '@gravity/shared/viewer/signed-identity'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import type { RequestIdentity, Viewer } from '@gravity/shared/viewer/viewer'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'

/** Asks the auth service who an API key stands for; null when it is none. Rejects when that cannot be said now. */
export type ApiKeySource = (key: string) => Promise<Viewer | null>

const timeoutMs = 5_000

/** Asks a service in this process by calling its route; undefined when no service has the route. */
export function apiKeysFromRoutes(routes: readonly PublicRoute[]): ApiKeySource | undefined {
  const route = routes.find(({ path }) => path === API_KEY_PATH)
  if (!route) return undefined
  return async (key) =>
    readAnswer(
      await route.handle({
        path: route.path,
        headers: {},
        query: new URLSearchParams(),
        body: key,
        identity: routerIdentity(),
      }),
    )
}

/** Asks a service in another process, which answers nobody but a router that signs. */
export function apiKeysFromUrl(origin: string, signer: Pick<IdentitySigner, 'sign'>): ApiKeySource {
  return async (key) => {
    const response = await fetch(`${origin}${API_KEY_PATH}`, {
      method: 'POST',
      headers: {
        'content-type': 'text/plain',
        [IDENTITY_HEADER]: signer.sign(routerIdentity(), 'auth'),
      },
      body: key,
      signal: AbortSignal.timeout(timeoutMs),
    })
    return readAnswer({ status: response.status, body: await response.text() })
  }
}

const answerShape = z.object({
  viewer: z
    .object({
      userId: z.string(),
      sessionId: z.string(),
      scopes: z.array(z.string()),
      expiresAt: z.number(),
      clientId: z.string(),
    })
    .nullable(),
})

function readAnswer({ status, body }: Pick<PublicRouteResponse, 'status' | 'body'>): Viewer | null {
  if (status !== 200) {
    throw new GravityError('SUBGRAPH_UNAVAILABLE', `The key was answered with status ${status}.`)
  }
  const { viewer } = answerShape.parse(JSON.parse(body))
  return viewer && { ...viewer, roles: [] }
}

function routerIdentity(): RequestIdentity {
  return {
    viewer: null,
    requestId: 'api-key',
    traceparent: createTraceparent(),
    clientAddress: null,
  }
}

export interface ApiKeysOptions {
  readonly source: ApiKeySource | undefined
  readonly now: () => Date
}

export interface ApiKeys {
  /**
   * The viewer that a key stands for, perhaps as it was some seconds ago, unless that one was `replaced`; null when it
   * stands for nobody. Rejects with SUBGRAPH_UNAVAILABLE when it cannot be looked up.
   */
  viewerOf(key: string, options?: { readonly replaced?: Viewer }): Promise<Viewer | null>
}

/** How long an answer is believed. A key that is revoked before that is refused by its session. */
const believedMs = 15_000
const mostKeys = 10_000

interface Known {
  readonly viewer: Promise<Viewer | null>
  readonly until: number
}

/** Asks for each key once in some seconds, and for equal keys at the same time once. */
export function createApiKeys({ source, now }: ApiKeysOptions): ApiKeys {
  const known = new LRUCache<string, Known>({ max: mostKeys })

  function ask(key: string, digest: string): Promise<Viewer | null> {
    const viewer = askSource(source, key)
    const entry = { viewer, until: now().getTime() + believedMs }
    known.set(digest, entry)
    viewer.catch(() => {
      if (known.peek(digest) === entry) known.delete(digest)
    })
    return viewer
  }

  return {
    async viewerOf(key, { replaced } = {}) {
      if (!isWellFormedApiKey(key)) return null
      const digest = hash('sha256', key)
      const nowMs = now().getTime()
      const believed = known.get(digest)
      const fresh = believed && believed.until > nowMs ? await believed.viewer : undefined
      if (fresh === undefined || (replaced && fresh === replaced)) return ask(key, digest)
      const isOver = fresh !== null && fresh.expiresAt * 1_000 <= nowMs
      return isOver ? null : fresh
    },
  }
}

async function askSource(source: ApiKeySource | undefined, key: string): Promise<Viewer | null> {
  if (!source) return null
  try {
    return await source(key)
  } catch (cause) {
    throw unavailable(cause)
  }
}

function unavailable(cause: unknown): GravityError {
  const message = 'API keys cannot be looked up right now. Try again in a moment.'
  return new GravityError('SUBGRAPH_UNAVAILABLE', message, { cause })
}
