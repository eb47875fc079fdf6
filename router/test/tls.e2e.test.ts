import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { generate } from 'selfsigned'
import { WebSocket } from 'ws'
import { type RunningRouter, startRouter } from './running-router.ts'

interface Certificate {
  readonly cert: string
  readonly private: string
}

let folder: string
let first: Certificate
let second: Certificate
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gravity-tls-'))
  first = await issue('first')
  second = await issue('second')
})
afterAll(() => rm(folder, { recursive: true }))

function issue(organizationName: string): Promise<Certificate> {
  const extensions = [
    { name: 'basicConstraints' as const, cA: true },
    { name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip: '127.0.0.1' }] },
  ]
  const attributes = [
    { name: 'commonName', value: '127.0.0.1' },
    { name: 'organizationName', value: organizationName },
  ]
  return generate(attributes, { keyType: 'ec', extensions })
}

async function write(
  name: string,
  { cert, private: key }: Certificate,
): Promise<NodeJS.ProcessEnv> {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  await writeFile(`${files.cert}.new`, cert)
  await writeFile(files.key, key)
  await rename(`${files.cert}.new`, files.cert)
  return { GRAVITY_ROUTER_TLS_CERTIFICATE: files.cert, GRAVITY_ROUTER_TLS_KEY: files.key }
}

async function startWith(env: NodeJS.ProcessEnv, log = silentLog): Promise<RunningRouter> {
  return startRouter({ env, log })
}

async function open(router: RunningRouter, options: ConnectionOptions): Promise<TLSSocket> {
  const { hostname, port } = new URL(router.url)
  const socket = connect({ host: hostname, port: Number(port), ...options })
  await once(socket, 'secureConnect')
  return socket
}

function organizationOf(socket: TLSSocket): unknown {
  return socket.getPeerCertificate().subject.O
}

async function ask(url: string, options: ConnectionOptions): Promise<unknown> {
  const sent = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
    ...options,
  })
  sent.end(JSON.stringify({ query: '{ hello }' }))
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return JSON.parse(text)
}

const answer = { data: { hello: 'Hello world' } }

describe('a router with a certificate', () => {
  it('answers over HTTPS and secure sockets', async () => {
    await using router = await startWith(await write('served', first))
    const ca = first.cert

    expect(router.url).toMatch(/^https:/)
    expect(await ask(router.graphql, { ca })).toEqual(answer)
    class TrustingSocket extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { ca })
      }
    }
    const url = router.graphql.replace('https:', 'wss:')
    const client = createClient({ url, webSocketImpl: TrustingSocket, retryAttempts: 0 })
    const events: unknown[] = []
    for await (const event of client.iterate({ query: 'subscription { count(to: 1) }' })) {
      events.push(event)
    }
    expect(events).toEqual([{ data: { count: 1 } }])
    await client.dispose()
  })

  it('outlives whoever does not speak TLS', async () => {
    await using router = await startWith(await write('outlives', first))
    const { hostname, port } = new URL(router.url)

    for (const text of ['GET / HTTP/1.1\r\nhost: x\r\n\r\n', '\u0016\u0003\u0001', '\u0000']) {
      const socket = connectPlain(Number(port), hostname)
      socket.on('error', () => undefined)
      socket.end(text)
      await once(socket, 'close')
    }

    expect(await ask(router.graphql, { ca: first.cert })).toEqual(answer)
  })

  it('takes another one when the files change, and drops no connection for it', async () => {
    const warnings: unknown[] = []
    const log = { ...silentLog, warn: (facts: unknown) => warnings.push(facts) }
    const env = await write('changing', first)
    await using router = await startWith(env, log)
    const before = await open(router, { ca: first.cert })
    expect(organizationOf(before)).toBe('first')

    await writeFile(String(env['GRAVITY_ROUTER_TLS_KEY']), second.private)
    await eventually(() => expect(warnings).toHaveLength(1))
    expect(await ask(router.graphql, { ca: first.cert })).toEqual(answer)
    await write('changing', second)

    await eventually(async () =>
      expect(await ask(router.graphql, { ca: second.cert })).toEqual(answer),
    )
    before.write('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    let text = ''
    for await (const chunk of before) text += chunk
    expect(text).toContain('HTTP/1.1 200 OK')
  })

  it('lets in only clients with a certificate, when it is told to', async () => {
    const env = await write('mutual', first)
    const authority = join(folder, 'clients.crt')
    await writeFile(authority, second.cert)
    await using router = await startWith({ ...env, GRAVITY_ROUTER_TLS_CLIENT_CA: authority })
    const ca = first.cert

    expect(await ask(router.graphql, { ca, cert: second.cert, key: second.private })).toEqual(
      answer,
    )
    await expect(ask(router.graphql, { ca })).rejects.toThrow()
    await expect(
      ask(router.graphql, { ca, cert: first.cert, key: first.private }),
    ).rejects.toThrow()
  })

  it('does not start with files that are missing or do not fit', async () => {
    const env = await write('mixed', first)
    const { GRAVITY_ROUTER_TLS_KEY: key } = await write('other', second)

    await expect(startWith({ ...env, GRAVITY_ROUTER_TLS_KEY: key })).rejects.toThrow(
      'GRAVITY_ROUTER_TLS_CERTIFICATE and GRAVITY_ROUTER_TLS_KEY cannot be used',
    )
    await expect(startWith({ ...env, GRAVITY_ROUTER_TLS_KEY: '/nowhere' })).rejects.toThrow(
      'ENOENT',
    )
    await expect(
      startWith({ GRAVITY_ROUTER_TLS_CERTIFICATE: env['GRAVITY_ROUTER_TLS_CERTIFICATE'] }),
    ).rejects.toThrow('TLS needs both')
  })
})
