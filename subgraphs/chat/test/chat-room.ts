import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, people } from './fixtures.ts'

/** What each test of a file begins with: three people, new ones every time, in a room of Alice's. */
export interface ChatRoom {
  readonly chat: TestSubgraph
  readonly alice: Viewer
  readonly bob: Viewer
  readonly carla: Viewer
  readonly roomId: string
}

/**
 * Opens chat for a test file, with a database of its own, and a room before each test. To be read within a test:
 * `const here = inChatRoom()` … `send(here.chat, here.alice, { roomId: here.roomId })`.
 */
export function inChatRoom(): ChatRoom {
  const none = aViewer()
  let chat: TestSubgraph | undefined
  let room = { alice: none, bob: none, carla: none, roomId: '' }
  beforeAll(async () => {
    chat = await openTestSubgraph(createSubgraph)
  })
  beforeEach(async () => {
    const [alice = none, bob = none, carla = none] = await people(opened(), 3)
    room = { alice, bob, carla, roomId: await createRoom(opened(), alice, [bob, carla]) }
  })
  afterAll(() => chat?.[Symbol.asyncDispose]())
  const opened = (): TestSubgraph => {
    if (!chat) throw new Error('Chat is open within tests only.')
    return chat
  }
  return {
    get chat() {
      return opened()
    },
    get alice() {
      return room.alice
    },
    get bob() {
      return room.bob
    },
    get carla() {
      return room.carla
    },
    get roomId() {
      return room.roomId
    },
  }
}
