import { once } from 'node:events'
import { createServer } from 'node:http'
import { listen } from '@gravity/shared/server/listen'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrame } from './socket-frame.ts'

const server = createServer()
let client: WebSocket
let send: (text: string) => void

beforeAll(async () => {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  server.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, () => undefined)
    send = (text) => stream.write(textFrame(text))
  })
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  client = new WebSocket(url.replace('http', 'ws'))
  await once(client, 'open')
})

afterAll(() => {
  client.terminate()
  server.close()
})

async function received(text: string): Promise<string> {
  const message = once(client, 'message')
  send(text)
  const [data, isBinary] = await message
  expect(isBinary).toBe(false)
  return String(data)
}

describe('textFrame', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('carries %d bytes', async (length) => {
    const text = 'x'.repeat(length)

    expect(await received(text)).toBe(text)
  })

  it('counts bytes, not characters', async () => {
    const text = 'ü€😀'.repeat(40)

    expect(await received(text)).toBe(text)
  })
})
