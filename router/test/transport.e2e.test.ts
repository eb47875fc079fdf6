import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { eventually } from '@gravity/shared/testing/eventually'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type RunningRouter, startRouter } from './running-router.ts'

let router: RunningRouter
beforeAll(async () => {
  router = await startRouter({
    config: {
      corsOrigins: ['https://shop.example'],
      timeouts: { headers: 300, request: 600, keepAlive: 5_000, answer: 300 },
    },
  })
})
afterAll(() => router.stop())

/** Sends bytes as they are and resolves to everything that comes back until the server closes. */
async function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.write(text)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

/** Those of the endpoint that have ended, one way or the other. */
async function countAnswers(): Promise<number> {
  const metrics = await (await fetch(`${router.url}/metrics`)).text()
  const answers = /^gravity_router_http_requests_total\{path="\/graphql",status="200"\} (\d+)$/m
  return Number(answers.exec(metrics)?.[1] ?? 0)
}

describe('POST /graphql', () => {
  it('gives up a client that reads nothing of a large answer', async () => {
    const { hostname, port } = new URL(router.url)
    const many = Array.from({ length: 40 }, (_, index) => `a${index}: hello(name: $name)`)
    const query = `query ($name: String) { ${many.join(' ')} }`
    const body = JSON.stringify({ query, variables: { name: 'x'.repeat(900_000) } })
    const before = await countAnswers()
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.pause()
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: router\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )

    await eventually(async () => expect(await countAnswers()).toBe(before + 1))
    socket.destroy()
  })

  it('answers a query with variables and an operation name', async () => {
    const response = await router.post({
      query: 'query a($name: String) { hello(name: $name) } query b { broken }',
      operationName: 'a',
      variables: { name: '🏃' },
    })

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ data: { hello: 'Hello 🏃' } })
  })

  it('answers 200 when only a part failed, under either media type', async () => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await router.post({ query: '{ hello broken }' }, { accept })

      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({
        data: { hello: 'Hello world', broken: null },
        errors: [{ path: ['broken'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
      })
    }
  })

  it('puts the request id on refused operations', async () => {
    const response = await router.post({ query: '{ unknown }' }, { 'x-request-id': 'mine-1' })

    expect(response.headers.get('x-request-id')).toBe('mine-1')
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { requestId: 'mine-1' } }],
    })
  })

  it('makes a request id of its own in place of a malformed one', async () => {
    const response = await router.post({ query: '{ hello }' }, { 'x-request-id': '<script>' })

    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('reads compressed bodies and bounds what they grow to', async () => {
    const send = (body: string | Buffer<ArrayBuffer>, encoding: string) =>
      fetch(router.graphql, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
        body,
      })
    const query = JSON.stringify({ query: '{ hello }' })

    const good = await send(gzipSync(query), 'gzip')
    const bomb = await send(gzipSync(JSON.stringify({ query: ' '.repeat(50_000_000) })), 'gzip')
    const broken = await send(query, 'gzip')
    const unknown = await send(query, 'zebra')

    expect(await good.json()).toEqual({ data: { hello: 'Hello world' } })
    expect([bomb.status, broken.status, unknown.status]).toEqual([413, 400, 415])
  })

  it('answers 406 when nothing acceptable is left', async () => {
    expect((await router.post({ query: '{ hello }' }, { accept: 'text/html' })).status).toBe(406)
  })

  it('tells how to subscribe when a subscription comes by plain HTTP', async () => {
    const response = await router.post({ query: 'subscription { count(to: 1) }' })

    expect(response.status).toBe(406)
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('text/event-stream') }],
    })
  })

  it('cancels the execution when the client goes away', async () => {
    const gone = new AbortController()
    const answer = fetch(router.graphql, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ patience }' }),
      signal: gone.signal,
    })
    const interrupted = expect(answer).rejects.toThrow()
    await eventually(() => expect(router.graph.running).toContain('patience'))

    gone.abort()

    await interrupted
    await eventually(() => expect(router.graph.running).not.toContain('patience'))
  })
})

describe('GET /graphql', () => {
  it('answers queries and refuses mutations', async () => {
    const query = await router.get('query={hello}&variables={}&extensions={}')
    const mutation = await router.get('query=mutation{add(amount:1)}')

    expect(await query.json()).toEqual({ data: { hello: 'Hello world' } })
    expect(mutation.status).toBe(405)
    expect(mutation.headers.get('allow')).toBe('POST')
  })

  it('sends a browser that opens the endpoint to the explorer', async () => {
    const response = await fetch(router.graphql, {
      headers: { accept: 'text/html,*/*;q=0.8' },
      redirect: 'manual',
    })

    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('/graphiql')
  })

  it('answers HEAD without a body', async () => {
    const response = await fetch(`${router.graphql}?query={hello}`, { method: 'HEAD' })

    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

describe('what a browser may do', () => {
  it('is told by preflight requests', async () => {
    const response = await fetch(router.graphql, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    })

    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization, content-type')
    expect(response.headers.get('access-control-max-age')).toBe('7200')
  })

  it('includes reading errors across origins', async () => {
    const response = await router.post('no object', { origin: 'https://shop.example' })

    expect(response.status).toBe(400)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id')
  })

  it('excludes other origins', async () => {
    const response = await router.post({ query: '{ hello }' }, { origin: 'https://evil.example' })

    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('vary')).toBe('origin')
  })

  it('excludes requests that are sent without asking first', async () => {
    const form = await fetch(router.graphql, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"query":"mutation{add(amount:1)}"}',
    })

    expect(form.status).toBe(400)
    expect(await form.json()).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('gravity-csrf'),
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    })
  })
})

describe('the HTTP server', () => {
  it('answers unknown addresses and methods in the form of every other refusal', async () => {
    const unknown = await fetch(`${router.url}/nowhere`)
    const method = await fetch(router.graphql, { method: 'PATCH' })

    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] })
    expect(method.status).toBe(405)
    expect(method.headers.get('allow')).toBe('GET, POST, PUT, DELETE, OPTIONS')
  })

  it('answers what is not HTTP', async () => {
    expect(await sendRaw(router.url, 'hello there\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 .*BAD_USER_INPUT/s,
    )
  })

  it('answers clients that offer HTTP/2 over HTTP/1.1', async () => {
    const head = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\n'

    expect(await sendRaw(router.url, `${head}Upgrade: h2c\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 200 .*"live"/s,
    )
  })

  it('refuses headers that are too large', async () => {
    const search = 'x'.repeat(20_000)

    const answer = await sendRaw(
      router.url,
      `GET /graphql?query=${search} HTTP/1.1\r\nHost: a\r\n\r\n`,
    )

    expect(answer).toMatch(/^HTTP\/1.1 431 .*"message":/s)
  })

  it('gives up on clients that are slow with headers or body', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nHost: a\r\n'
    const body = 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{'

    const [headers, whole] = await Promise.all([
      sendRaw(router.url, head),
      sendRaw(router.url, head + body),
    ])

    expect(headers).toMatch(/^HTTP\/1.1 408 /)
    expect(whole).toMatch(/^HTTP\/1.1 408 /)
  })

  it('explains why it cannot listen', async () => {
    const { port } = new URL(router.url)

    const second = startRouter({ config: { address: { host: '127.0.0.1', port: Number(port) } } })

    await expect(second).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/^Port \d+ of 127.0.0.1 is in use: .*PORT\.$/),
    })
  })
})
