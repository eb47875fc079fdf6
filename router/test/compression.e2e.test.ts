import { once } from 'node:events'
import { get, type IncomingHttpHeaders, request } from 'node:http'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type RunningRouter, startRouter } from './running-router.ts'

let router: RunningRouter
beforeAll(async () => {
  router = await startRouter({ env: { GRAVITY_ROUTER_COMPRESSION: 'on' } })
})
afterAll(() => router.stop())

interface RawAnswer {
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

/** What came over the wire: `fetch` would decompress it. */
async function ask(
  acceptEncoding: string | undefined,
  { name = 'Ada '.repeat(500), url = router.graphql, accept = '*/*' } = {},
): Promise<RawAnswer> {
  const encoding = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding }
  const sent = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...encoding },
  })
  sent.end(JSON.stringify({ query: `{ hello(name: "${name}") }` }))
  const [response] = await once(sent, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { headers: response.headers, bytes: Buffer.concat(chunks) }
}

const whole = JSON.stringify({ data: { hello: `Hello ${'Ada '.repeat(500)}` } })

describe('a large answer', () => {
  it.each([
    ['gzip', 'gzip', gunzipSync],
    ['br', 'br', brotliDecompressSync],
    ['zstd', 'zstd', zstdDecompressSync],
    ['gzip, deflate, br, zstd', 'zstd', zstdDecompressSync],
    ['gzip;q=1.0, br;q=0.5', 'gzip', gunzipSync],
    ['*', 'zstd', zstdDecompressSync],
    ['zstd;q=0, *;q=0.1', 'br', brotliDecompressSync],
  ] as const)('for %s is sent as %s', async (accept, coding, decompress) => {
    const { headers, bytes } = await ask(accept)

    expect(headers['content-encoding']).toBe(coding)
    expect(headers.vary).toContain('accept-encoding')
    expect(Number(headers['content-length'])).toBe(bytes.length)
    expect(bytes.length).toBeLessThan(whole.length / 10)
    expect(decompress(bytes).toString()).toBe(whole)
  })

  it.each([undefined, 'identity', 'deflate', 'gzip;q=0', ''])(
    'for %j is sent as it is',
    async (accept) => {
      const { headers, bytes } = await ask(accept)

      expect(headers['content-encoding']).toBeUndefined()
      expect(headers.vary).toContain('accept-encoding')
      expect(bytes.toString()).toBe(whole)
    },
  )

  it('is read by an ordinary client', async () => {
    const query = `{ hello(name: "${'Ada '.repeat(500)}") }`

    expect(await (await router.post({ query })).text()).toBe(whole)
  })
})

describe('what is not compressed', () => {
  it('is a small answer, and a stream', async () => {
    const small = await ask('gzip', { name: 'Ada' })
    const stream = await ask('gzip', { accept: 'text/event-stream' })

    expect(small.headers['content-encoding']).toBeUndefined()
    expect(small.headers.vary ?? '').not.toContain('encoding')
    expect(stream.headers['content-encoding']).toBeUndefined()
  })

  it('is what was compressed before', async () => {
    const headers = { 'accept-encoding': 'gzip' }
    const sent = get(`${router.url}/graphiql/assets/react.js`, { headers })
    const [response] = await once(sent, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)

    expect(response.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(Buffer.concat(chunks)).toString()).not.toContain('\u0000')
  })

  it('is everything where it is switched off, as it is outside production', async () => {
    await using off = await startRouter()

    expect((await ask('gzip', { url: off.graphql })).headers['content-encoding']).toBeUndefined()
  })
})
