// The least that a server of sockets can do with `ws`: the handshake of graphql-transport-ws, then the same bytes to all.
import { createServer } from 'node:http'
import { listen } from '@gravity/shared/server/listen'
import { type WebSocket, WebSocketServer } from 'ws'
import { answerCommands } from '../processes.ts'
import type { Remark } from './memory-router.ts'

export interface BroadcastCommands {
  /** Starts to listen. Returns the address. */
  serve(input: null): Promise<string>
  /** Says something to everybody who is subscribed. */
  publish(remark: Remark): void
}

const subscribed = new Set<WebSocket>()

answerCommands<BroadcastCommands>({
  serve() {
    const server = createServer()
    const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false })
    sockets.on('connection', (socket) => {
      socket.on('message', (message) => {
        if (String(message).includes('connection_init')) socket.send('{"type":"connection_ack"}')
        else subscribed.add(socket)
      })
      socket.on('close', () => subscribed.delete(socket))
    })
    return listen(server, { host: '127.0.0.1', port: 0 })
  },
  publish(said) {
    const message = { id: '1', type: 'next', payload: { data: { said } } }
    const bytes = Buffer.from(JSON.stringify(message))
    for (const socket of subscribed) socket.send(bytes, { binary: false })
  },
})
