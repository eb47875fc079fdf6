import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { BreakableProxy } from '../../shared/test/breakable-proxy.ts'
import { arrives } from './person.ts'
import { assertReady, startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

describe('a subgraph that is down', () => {
  it('costs its part of the answer, with an error at its path', async () => {
    const gravity = await startAsManyProcesses()
    if (!gravity?.kill || !gravity.restart) {
      console.warn('SKIPPED: a subgraph that is down, because there is no redis-server.')
      return
    }
    const ada = await arrives(gravity.url, 'Ada Down')
    await ada.ask('mutation { createRoom(input: { name: "Alone" }) { __typename } }')
    const question = '{ me { displayName } rooms { nodes { name } } }'

    await gravity.kill('chat')
    const { data, errors } = await ada.ask<{ me: object; rooms: null }>(
      '{ me { displayName } room(id: "019bc0f1-a2e0-77e7-8807-44d238b41041") { name } }',
    )
    expect(data).toEqual({ me: { displayName: 'Ada Down' }, room: null })
    expect(errors).toMatchObject([{ path: ['room'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }])

    await gravity.restart('chat')
    await eventually(async () => {
      const answer = await ada.ask(question)
      expect(answer.data).toEqual({
        me: { displayName: 'Ada Down' },
        rooms: { nodes: [{ name: 'Alone' }] },
      })
    })
    await gravity.stop()
  }, 120_000)
})

describe('PostgreSQL away', () => {
  it('turns readiness to 503, answers with a code, and recovers by itself', async () => {
    const proxies: BreakableProxy[] = []
    const gravity = await startAsOneProcess({
      async viaProxy(url) {
        const proxy = await BreakableProxy.open(url)
        proxies.push(proxy)
        return proxy.url
      },
    })
    const ada = await arrives(gravity.url, 'Ada Outage')

    await Promise.all(proxies.map((proxy) => proxy.cut()))
    await eventually(
      async () => {
        const { status } = await fetch(`${gravity.url}/health/ready`)
        expect(status).toBe(503)
      },
      { timeoutMs: 20_000 },
    )
    const { errors } = await ada.ask('{ me { id } }')
    expect(errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE')
    expect((await fetch(`${gravity.url}/health/live`)).status).toBe(200)

    await Promise.all(proxies.map((proxy) => proxy.restore()))
    await eventually(() => assertReady(gravity.url), { timeoutMs: 20_000 })
    await eventually(async () => {
      const { data } = await ada.ask<{ me: { id: string } }>('{ me { id } }')
      expect(data).toEqual({ me: { id: ada.id } })
    })

    await gravity.stop()
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))
  }, 120_000)
})
