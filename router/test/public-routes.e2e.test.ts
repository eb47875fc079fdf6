import type { PublicRoute } from '@gravity/shared/server/subgraph'
import { createIdentitySigner, IDENTITY_HEADER } from '@gravity/shared/viewer/signed-identity'
import { describe, expect, it } from '@jest/globals'
import { proxiedRoutes } from '../src/transport/proxied-routes.ts'
import { startRouter } from './running-router.ts'

const form: PublicRoute = {
  method: 'POST',
  path: '/oauth/token',
  authorization: 'own',
  handle: async ({ body, headers }) => ({
    status: 200,
    body: JSON.stringify([headers['authorization'], headers['content-type'], body]),
  }),
}

describe('a public route', () => {
  it('judges the header authorization itself when it says so', async () => {
    await using router = await startRouter({ routes: [form] })

    const response = await fetch(`${router.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: 'Basic eDp5' },
      body: new URLSearchParams({ grant_type: 'x' }),
    })

    expect(await response.json()).toEqual([
      'Basic eDp5',
      'application/x-www-form-urlencoded;charset=UTF-8',
      'grant_type=x',
    ])
  })

  it('may have every address that differs in its last segment', async () => {
    const route: PublicRoute = {
      method: 'GET',
      path: '/oauth/outside/*',
      handle: async ({ path }) => ({ status: 200, body: path }),
    }
    await using router = await startRouter({ routes: [route] })
    const get = async (path: string) => {
      const response = await fetch(`${router.url}${path}`)
      return response.status === 200 ? response.text() : response.status
    }

    expect(await get('/oauth/outside/acme?a=b')).toBe('/oauth/outside/acme')
    expect(await get('/oauth/outside/acme/more')).toBe(404)
    expect(await get('/oauth/outside')).toBe(404)
  })

  it('answers the preflight request of a page, and is published to nobody when it is internal', async () => {
    const internal: PublicRoute = { ...form, path: '/oauth/api-key', internal: true }
    await using router = await startRouter({
      routes: [form, internal],
      env: { GRAVITY_CORS_ORIGINS: 'https://shop.example' },
    })
    const preflight = await fetch(`${router.url}/oauth/token`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
    const hidden = await fetch(`${router.url}/oauth/api-key`, { method: 'POST' })

    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization')
    expect(hidden.status).toBe(404)
  })

  it('of another process learns who asks, and what pages say about themselves comes through', async () => {
    const signer = createIdentitySigner({ secret: 'a-mesh-secret-of-more-than-32-characters' })
    const page: PublicRoute = {
      method: 'GET',
      path: '/oauth/outside/*',
      handle: async ({ headers, path }) => ({
        status: 303,
        headers: {
          location: '/next',
          'set-cookie': 'a=b; HttpOnly',
          'content-security-policy': "default-src 'none'",
        },
        body: JSON.stringify([
          path,
          headers['cookie'],
          signer.verify(headers[IDENTITY_HEADER], 'auth').clientAddress,
        ]),
      }),
    }
    await using owner = await startRouter({ routes: [page] })
    const routes = proxiedRoutes([{ method: 'GET', path: '/oauth/outside/*', origin: owner.url }], {
      name: 'auth',
      signer,
    })
    await using router = await startRouter({ routes })

    const response = await fetch(`${router.url}/oauth/outside/acme`, {
      headers: { cookie: 'x=y' },
      redirect: 'manual',
    })

    expect(response.status).toBe(303)
    expect(await response.json()).toEqual(['/oauth/outside/acme', 'x=y', '127.0.0.1'])
    expect(response.headers.getSetCookie()).toEqual(['a=b; HttpOnly'])
    expect(response.headers.get('location')).toBe('/next')
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'")
  })
})
