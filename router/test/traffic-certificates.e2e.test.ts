import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-sse'
import {
  createTestAuthority,
  type Pair,
  startSecureSubgraph,
  type TestAuthority,
  writeTlsFiles,
} from './secure-subgraph.ts'
import { reasonsOf, startTrafficRouter, type TrafficRouter } from './traffic-router.ts'

const serverName = 'shop.internal'
const open = { data: { shop: 'open' } }

let authority: TestAuthority
let server: Pair
let first: Pair
let second: Pair
beforeAll(async () => {
  authority = await createTestAuthority()
  server = await authority.issue(serverName, 'server')
  first = await authority.issue('first', 'client')
  second = await authority.issue('second', 'client')
})

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** A subgraph that asks for certificates, and a router that shows it the first. */
async function start() {
  await using opening = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'gravity-certificates-'))
  folders.push(folder)
  const files = await writeTlsFiles(folder, authority, first)
  const shop = opening.use(await startSecureSubgraph(authority, server))
  const traffic = { subgraphs: { shop: { tls: { ...files, serverName } } } }
  const warnings: unknown[] = []
  const log = { ...silentLog, warn: (facts: unknown) => warnings.push(facts) }
  const router = opening.use(await startTrafficRouter([shop], { traffic, log }))
  expect(await router.ask('{ shop }')).toEqual(open)
  const opened = opening.move()
  return { shop, router, files, warnings, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

function subscribe({ url }: TrafficRouter) {
  const results = createClient({ url: `${url}/graphql` }).iterate({
    query: 'subscription { lasting }',
  })
  return { next: async () => (await results.next()).value, end: () => results.return?.() }
}

describe('certificates for a subgraph that change while the router runs', () => {
  it('are shown from then on, and nothing that is under way is dropped', async () => {
    await using it = await start()
    const { shop, router, files } = it
    const { promise: gate, resolve: openGate } = Promise.withResolvers<void>()
    const former = subscribe(router)
    expect(await former.next()).toEqual({ data: { lasting: 'begun' } })
    shop.gate = gate
    const slow = router.ask('{ shop }')
    await eventually(() => expect(shop.peers).toHaveLength(2))
    shop.gate = undefined

    await writeFile(files.certificate, second.cert)
    await writeFile(files.key, second.private)

    await eventually(async () => {
      expect(await router.ask('{ shop }')).toEqual(open)
      expect(shop.peers.at(-1)).toBe('second')
    })
    const later = subscribe(router)
    expect(await later.next()).toEqual({ data: { lasting: 'begun' } })
    expect(shop.socketPeers).toEqual(['first', 'second'])
    openGate()
    expect(await slow).toEqual(open)
    shop.finish()
    expect(await former.next()).toEqual({ data: { lasting: 'ended' } })
    expect(await later.next()).toEqual({ data: { lasting: 'ended' } })
    await Promise.all([former.end(), later.end()])
  })

  it('stay the last good ones while a key is not that of its certificate', async () => {
    await using it = await start()
    const { shop, router, files } = it

    await writeFile(files.certificate, second.cert)
    await eventually(() => expect(it.warnings).toHaveLength(1))
    expect(await router.ask('{ shop }')).toEqual(open)
    expect(new Set(shop.peers)).toEqual(new Set(['first']))
    await writeFile(files.key, second.private)

    await eventually(async () => {
      expect(await router.ask('{ shop }')).toEqual(open)
      expect(shop.peers.at(-1)).toBe('second')
    })
  })

  it('may be those of another authority on both sides', async () => {
    await using it = await start()
    const { shop, router, files } = it
    const other = await createTestAuthority('Another authority')
    const third = await other.issue('third', 'client')
    shop.exchange(await other.issue(serverName, 'server'), other)

    await writeFile(files.ca, other.cert)
    await writeFile(files.certificate, third.cert)
    await writeFile(files.key, third.private)

    await eventually(async () => {
      const answer = await router.ask('{ shop }')
      expect(reasonsOf(answer)).toEqual([])
      expect(shop.peers.at(-1)).toBe('third')
    })
  })
})
