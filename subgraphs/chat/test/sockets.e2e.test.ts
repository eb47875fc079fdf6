import { type SubgraphServer, serveSubgraph } from '@gravity/shared/server/serve-subgraph'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { silentLog } from '@gravity/shared/testing/silent-log'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, leave, people, send } from './fixtures.ts'
import { wishes } from './room-changes.ts'
import { listenOverSocket, type SocketListener } from './socket.ts'

const meshSecret = 'a secret of this test that is long enough for the mesh'

let chat: TestSubgraph
let server: SubgraphServer
let say: ReturnType<typeof wishes>
let alice: Viewer
let crowd: Viewer[]
let roomId: string
let open: SocketListener[]

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
  say = wishes(chat)
  server = await serveSubgraph(chat.subgraph, {
    host: '127.0.0.1',
    port: 0,
    meshSecret,
    log: silentLog,
    graceMs: 100,
  })
})

beforeEach(async () => {
  const [first = aViewer(), ...others] = await people(chat, 13)
  alice = first
  crowd = others
  roomId = await createRoom(chat, alice, crowd)
  open = []
})

afterAll(async () => {
  await server.stop()
  await chat[Symbol.asyncDispose]()
})

function listen(viewer: Viewer): SocketListener {
  const socket = listenOverSocket(viewer, { url: server.url, meshSecret, roomId })
  open.push(socket)
  return socket
}

describe('over real sockets', () => {
  it('who is removed, banned or leaves hears no more, at once; who stays hears all', async () => {
    const sockets = crowd.map(listen)
    const owner = listen(alice)
    await send(chat, alice, { roomId, body: 'for all' })
    for (const socket of [owner, ...sockets]) await socket.received(1)

    const partings = [
      (userId: string) => say(alice, 'removeMember', { roomId, userId }),
      (userId: string) => say(alice, 'banPerson', { roomId, userId }),
      (_userId: string, viewer: Viewer) => leave(chat, viewer, roomId),
    ]
    const gone = crowd.slice(0, 9)
    await Promise.all(
      gone.map(async (viewer, index) => {
        await send(chat, alice, { roomId, body: 'in between' })
        await partings[index % partings.length]?.(viewer.userId, viewer)
      }),
    )
    await send(chat, alice, { roomId, body: 'for who stays' })

    for (const socket of sockets.slice(0, 9)) {
      await socket.completed()
      expect(socket.bodies).not.toContain('for who stays')
      expect(socket.errors).toEqual([])
    }
    for (const socket of [owner, ...sockets.slice(9)]) {
      await socket.received(11)
      expect(socket.bodies.filter((body) => body === 'in between')).toHaveLength(9)
      expect(socket.bodies.at(-1)).toBe('for who stays')
      expect(socket.isComplete).toBe(false)
    }
    for (const socket of open) socket.close()
  })

  it('who is no member hears nothing, whatever they were', async () => {
    const [banned = aViewer(), left = aViewer(), invited = aViewer()] = crowd
    await say(alice, 'banPerson', { roomId, userId: banned.userId })
    await leave(chat, left, roomId)
    await leave(chat, invited, roomId)
    await say(alice, 'inviteToRoom', { roomId, userId: invited.userId })
    const staff = aViewer({ scopes: ['chat:moderate'] })

    const sockets = [banned, left, invited, staff, aViewer()].map(listen)
    await send(chat, alice, { roomId, body: 'for members' })

    for (const socket of sockets) {
      await socket.completed()
      expect(socket.errors).toEqual([expect.stringContaining('NOT_FOUND')])
      expect(socket.bodies).toEqual([])
    }
    for (const socket of open) socket.close()
  })
})
