import { request as httpRequest } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { aViewer } from '../src/testing/a-viewer.ts'
import { IDENTITY_HEADER } from '../src/viewer/signed-identity.ts'
import { anIdentity } from './server-notices.ts'
import { type ServedNotices, serveNotices, signed } from './server-served-notices.ts'

let served: ServedNotices

beforeEach(async () => {
  served = await serveNotices()
})
afterEach(() => served.server.stop())

describe('the other addresses', () => {
  it('is live', async () => {
    const response = await served.get('/health/live')

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: 'live' })
  })

  it('is ready while every dependency can be used', async () => {
    const response = await served.get('/health/ready')

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      status: 'ready',
      dependencies: { board: { status: 'up', milliseconds: expect.any(Number) } },
    })
  })

  it('is not ready when a dependency is down, and says which but not why', async () => {
    served.board.breakDown()

    const response = await served.get('/health/ready')

    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'unavailable',
      dependencies: { board: { status: 'down', milliseconds: expect.any(Number) } },
    })
    expect(served.logged.join()).toMatch(/fell off the wall/)
  })

  it('counts requests, errors and the lag of the event loop', async () => {
    await (await served.ask('{ fails }')).text()

    const page = await (await served.get('/metrics')).text()

    expect(page).toMatch(
      /gravity_request_duration_seconds_count\{subgraph="notices",route="\/graphql",status="200"\} 1/,
    )
    expect(page).toMatch(
      /gravity_graphql_errors_total\{code="INTERNAL_SERVER_ERROR",subgraph="notices"\} 1/,
    )
    expect(page).toMatch(/gravity_requests_in_flight\{subgraph="notices"\} 1/)
    expect(page).toMatch(/nodejs_eventloop_lag_p99_seconds/)
  })

  it('serves a public route to a stranger and to the router', async () => {
    const path = '/.well-known/greeting?name=Ada'
    const known = signed(anIdentity({ viewer: aViewer({ userId: 'u1' }) }))

    expect(await (await served.get(path)).text()).toBe('Hello Ada, stranger')
    expect(await (await served.get(path, known)).text()).toBe('Hello Ada, u1')
    expect((await served.get(path, { [IDENTITY_HEADER]: 'forged' })).status).toBe(401)
  })

  it('answers 404 elsewhere', async () => {
    const response = await served.get('/admin')

    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    })
  })

  it('survives a path that is not one', async () => {
    const { port } = new URL(served.server.url)
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', path: '//' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      request.on('error', reject).end()
    })

    expect(status).toBe(404)
  })
})
