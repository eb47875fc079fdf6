import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createConnection, type Tally } from './load-connection.ts'

let server: Server | undefined
afterEach(() => {
  server?.close()
})

/** Asks a server, whose answers come in these pieces, until it has had so many; returns what was counted. */
async function countedBy(pieces: readonly string[], answers: number): Promise<Tally> {
  server = createServer((socket) => socket.on('data', () => sendInPieces(socket, pieces)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const tally: Tally = {
    times: [],
    answers: 0,
    failures: 0,
    bodyLength: undefined,
    isUniform: true,
  }
  const nextRequest = () => Buffer.from('GET / HTTP/1.1\r\n\r\n')
  const connection = createConnection({ host: '127.0.0.1', port, nextRequest, tally })
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1))
  while (tally.answers < answers) await pause()
  connection.askNoMore()
  while (connection.waits()) await pause()
  connection.close()
  return tally
}

async function sendInPieces(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

describe('createConnection', () => {
  it('asks again after each answer, however it is cut up', async () => {
    const tally = await countedBy(
      ['HTTP/1.1 200 OK\r\nConten', 't-Length: 5\r\n\r', '\nab', 'cde'],
      3,
    )

    expect(tally.failures).toBe(0)
    expect(tally.bodyLength).toBe(5)
    expect(tally.times).toHaveLength(tally.answers)
  })

  it('knows the end of an answer in chunks', async () => {
    const tally = await countedBy(
      ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n', '0\r', '\n\r\n'],
      3,
    )

    expect(tally.failures).toBe(0)
  })

  it('counts an answer that is no success', async () => {
    const tally = await countedBy(['HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n'], 2)

    expect(tally.failures).toBe(tally.answers)
  })
})
