import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { StartError } from '@gravity/shared/config/start-error'
import { afterEach, describe, expect, it } from '@jest/globals'
import { listenWidely, type WideListening } from './listen-widely.ts'

const anywhere = { host: '127.0.0.1', port: 0, allowHalfOpen: true }
const opened: WideListening[] = []
const clients: Socket[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(opened.splice(0).map((listening) => listening.close()))
})

async function open(server = createServer((_request, response) => void response.end('here'))) {
  const listening = await listenWidely(server, anywhere)
  opened.push(listening)
  return { ...listening, port: Number(new URL(listening.url).port), server }
}

function connectTo(port: number): Socket {
  const client = connect({ host: '127.0.0.1', port })
  clients.push(client)
  return client
}

const onLinux = process.platform === 'linux' ? it : it.skip

describe('listenWidely', () => {
  onLinux('lets several connections in within one turn of the event loop', async () => {
    const { port, server } = await open()
    let turn = 0
    const turns: number[] = []
    server.on('connection', () => turns.push(turn))

    const arrived = Array.from({ length: 64 }, () => once(connectTo(port), 'connect'))
    while (turns.length < arrived.length) {
      await nextTurn()
      turn += 1
    }
    await Promise.all(arrived)

    const most = Math.max(
      ...Map.groupBy(turns, (each) => each)
        .values()
        .map(({ length }) => length),
    )
    expect(most).toBeGreaterThan(1)
  })

  it('answers at all of its entrances', async () => {
    const { url } = await open()

    const texts = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const response = await fetch(url, { headers: { connection: 'close' } })
        return response.text()
      }),
    )

    expect(new Set(texts)).toEqual(new Set(['here']))
  })

  it('does not share the address with another router', async () => {
    const { port } = await open()

    const second = listenWidely(createServer(), { ...anywhere, port })

    await expect(second).rejects.toThrow(StartError)
    await expect(second).rejects.toThrow(`Port ${port} of 127.0.0.1 is in use`)
  })

  it('lets nobody in once it is closed, and is closed when those inside have left', async () => {
    const { port, close, server } = await open()
    const inside = Array.from({ length: 20 }, () => connectTo(port))
    for (let known = 0; known < inside.length; known += 1) await once(server, 'connection')
    let isClosed = false

    const closed = close().then(() => {
      isClosed = true
    })
    const [error] = await once(connectTo(port), 'error')
    const wasClosed = isClosed
    for (const client of inside) client.destroy()
    await closed

    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    expect(wasClosed).toBe(false)
  })
})
