import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { type RunningRouter, startRouter } from './running-router.ts'

const handshake = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`

/** A peer that keeps its side open whatever the server does. */
function stubbornPeer(router: RunningRouter): Socket {
  const { hostname, port } = new URL(router.url)
  const peer = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  peer.on('error', () => peer.destroy())
  return peer
}

describe('a peer that breaks the WebSocket protocol', () => {
  it('does not end the process with a malformed frame after its socket was refused', async () => {
    await using router = await startRouter()
    const peer = stubbornPeer(router)
    peer.write(handshake('/graphql'))
    await once(peer, 'data')

    // Reserved bits that were never agreed on, while the server is closing.
    peer.write(Buffer.from([0xf1, 0x80, 0, 0, 0, 0]))
    await once(peer, 'end')
    peer.destroy()

    const response = await router.post({ query: '{ __typename }' })
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } })
  })

  it('cannot hold a connection that was refused', async () => {
    await using router = await startRouter()
    const peer = stubbornPeer(router)
    peer.write(handshake('/nowhere'))
    const [answer] = await once(peer, 'data')
    expect(String(answer)).toContain('404')

    await router.stop()

    peer.destroy()
  })
})
