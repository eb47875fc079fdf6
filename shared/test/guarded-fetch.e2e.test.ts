import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuardedFetch } from '@gravity/shared/http/guarded-fetch'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

let server: Server
let origin: string
const asked: { path: string | undefined; host: string | undefined }[] = []

const answer: RequestListener = ({ headers, url }, response) => {
  asked.push({ path: url, host: headers.host })
  if (url === '/hello') response.end('Grüß Gott')
  else if (url === '/large') response.end('x'.repeat(5_000))
  else if (url === '/slow') response.write('…')
  else if (url === '/there') response.writeHead(302, { location: '/hello' }).end()
  else if (url === '/loop') response.writeHead(302, { location: '/loop' }).end()
  else if (url === '/inside') response.writeHead(302, { location: 'http://10.0.0.1/' }).end()
  else if (url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
  else response.writeHead(404).end('nothing')
}

beforeAll(async () => {
  server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server listens at an address with a port.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const fetchGuarded = createGuardedFetch({ allowLoopback: true, maxBytes: 1_000, timeoutMs: 5_000 })

describe('a guarded fetch that may reach this machine', () => {
  it('gives what the server says', async () => {
    expect(await fetchGuarded(`${origin}/hello`)).toMatchObject({ status: 200, body: 'Grüß Gott' })
    expect(await fetchGuarded(`${origin}/nowhere`)).toMatchObject({ status: 404 })
  })

  it('follows a redirect', async () => {
    expect(await fetchGuarded(`${origin}/there`)).toMatchObject({
      url: `${origin}/hello`,
      body: 'Grüß Gott',
    })
  })

  it.each([
    ['/loop', 'too-many-redirects'],
    ['/inside', 'address-not-allowed'],
    ['/file', 'not-http'],
    ['/large', 'too-large'],
  ])('gives up at %s: %s', async (path, fault) => {
    await expect(fetchGuarded(`${origin}${path}`)).rejects.toMatchObject({ fault })
  })

  it('gives up when the server is too slow, or the caller leaves', async () => {
    const hasty = createGuardedFetch({ allowLoopback: true, timeoutMs: 50 })
    const leaving = AbortSignal.timeout(50)

    await expect(hasty(`${origin}/slow`)).rejects.toMatchObject({ fault: 'timeout' })
    await expect(fetchGuarded(`${origin}/slow`, leaving)).rejects.toMatchObject({
      fault: 'cannot-connect',
    })
  })

  it('resolves a name once, connects to what it checked, and still tells the name', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']]
    const rebinding = createGuardedFetch({
      allowLoopback: true,
      resolve: async () => answers.shift() ?? [],
    })
    const { host } = new URL(origin.replace('127.0.0.1', 'rebinding.example'))

    expect(await rebinding(`http://${host}/hello`)).toMatchObject({ status: 200 })
    expect(asked.at(-1)).toEqual({ path: '/hello', host })
    await expect(rebinding(`http://${host}/hello`)).rejects.toMatchObject({
      fault: 'address-not-allowed',
    })
  })
})

describe('a guarded fetch as services use it', () => {
  it('does not reach this machine', async () => {
    const before = asked.length

    await expect(createGuardedFetch()(`${origin}/hello`)).rejects.toMatchObject({
      fault: 'address-not-allowed',
    })
    expect(asked).toHaveLength(before)
  })
})
