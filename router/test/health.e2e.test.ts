import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { proxiedRoutes } from '../src/transport/proxied-routes.ts'
import { startRouter } from './running-router.ts'

describe('the health of the router', () => {
  it('is alive whatever its dependencies do, and ready when all of them answer', async () => {
    await using router = await startRouter({ checks: { cache: async () => {} } })

    const live = await fetch(`${router.url}/health/live`)
    const ready = await fetch(`${router.url}/health/ready`)

    expect(live.status).toBe(200)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({
      status: 'ready',
      dependencies: {
        cache: { status: 'up', milliseconds: expect.any(Number) },
        fixture: { status: 'up', milliseconds: expect.any(Number) },
      },
    })
  })

  it('turns unready with a dependency, says which, and comes back by itself', async () => {
    await using router = await startRouter()
    router.graph.setHealthy(false)

    const down = await fetch(`${router.url}/health/ready`)
    router.graph.setHealthy(true)

    expect(down.status).toBe(503)
    expect(await down.json()).toMatchObject({
      status: 'unavailable',
      dependencies: { fixture: { status: 'down' } },
    })
    await eventually(async () => {
      expect((await fetch(`${router.url}/health/ready`)).status).toBe(200)
    })
  })

  it('asks its dependencies once for many probes', async () => {
    let asked = 0
    await using router = await startRouter({
      checks: {
        cache: async () => {
          asked += 1
        },
      },
    })

    await Promise.all(Array.from({ length: 10 }, () => fetch(`${router.url}/health/ready`)))

    expect(asked).toBe(1)
  })
})

describe('the metrics of the router', () => {
  it('count requests by path and status, and bound the paths', async () => {
    await using router = await startRouter()
    await router.post({ query: '{ hello }' })
    await fetch(`${router.url}/some/stranger`)
    await fetch(`${router.url}/another/stranger`)

    const response = await fetch(`${router.url}/metrics`)
    const text = await response.text()

    expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(text).toContain('gravity_router_http_requests_total{path="/graphql",status="200"} 1')
    expect(text).toContain(
      'gravity_router_http_requests_total{path="other",status="404",error_type="NOT_FOUND"} 2',
    )
    expect(text).toContain('gravity_router_http_request_duration_seconds_bucket{')
    expect(text).toContain('nodejs_eventloop_lag_seconds')
    expect(text).toContain('process_resident_memory_bytes')
    expect(text).not.toContain('stranger')
  })
})

describe('a public route of a subgraph', () => {
  it('is published under its own path and learns who asks', async () => {
    await using router = await startRouter({
      routes: [
        {
          method: 'POST',
          path: '/hooks/echo',
          handle: async ({ body, query, identity, headers }) => ({
            status: 202,
            headers: { 'content-type': 'text/plain', 'x-echo': headers['x-echo'] ?? '' },
            body: `${body} ${query.get('a')} ${identity.requestId} ${identity.clientAddress}`,
          }),
        },
      ],
    })

    const response = await fetch(`${router.url}/hooks/echo?a=b`, {
      method: 'POST',
      headers: { 'x-echo': 'yes', 'x-request-id': 'mine-3' },
      body: 'hello',
    })
    const wrongMethod = await fetch(`${router.url}/hooks/echo`)

    expect(response.status).toBe(202)
    expect(response.headers.get('x-echo')).toBe('yes')
    expect(await response.text()).toBe('hello b mine-3 127.0.0.1')
    expect(wrongMethod.status).toBe(405)
  })

  it('is passed on to the process that owns it, and answers 503 while that is away', async () => {
    const path = '/hooks/echo'
    const owner = await startRouter({
      routes: [
        {
          method: 'POST',
          path,
          handle: async ({ body, headers }) => ({
            status: 202,
            body: `${body} ${headers['accept']}`,
          }),
        },
      ],
    })
    await using router = await startRouter({
      routes: proxiedRoutes([{ method: 'POST', path, origin: owner.url }]),
    })
    const send = () =>
      fetch(router.url + path, { method: 'POST', headers: { accept: 'text/x' }, body: 'hello' })

    const passedOn = await send()
    await owner.stop()
    const away = await send()

    expect(passedOn.status).toBe(202)
    expect(await passedOn.text()).toBe('hello text/x')
    expect(away.status).toBe(503)
    expect(await away.json()).toMatchObject({
      errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
    })
  })
})
