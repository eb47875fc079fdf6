import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { beforeEach } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, people, setRole } from './fixtures.ts'
import { wishes } from './room-changes.ts'

/** Alice owns the room, Mona moderates it, Bob is a member. */
export interface ModeratedRoom {
  readonly platform: TestPlatform
  readonly chat: TestSubgraph
  readonly say: ReturnType<typeof wishes>
  readonly alice: Viewer
  readonly bob: Viewer
  readonly mona: Viewer
  readonly roomId: string
}

/** Opens chat for a test file, and begins every test with a new room of new people. */
export function withModeratedRoom(begin: (room: ModeratedRoom) => void): void {
  let platform: TestPlatform
  let chat: TestSubgraph
  withTestSubgraph(createSubgraph, (opened, on) => {
    chat = opened
    platform = on
  })
  beforeEach(async () => {
    const [alice = aViewer(), bob = aViewer(), mona = aViewer()] = await people(chat, 3)
    const roomId = await createRoom(chat, alice, [bob, mona])
    await setRole(chat, alice, { roomId, userId: mona.userId, role: 'MODERATOR' })
    begin({ platform, chat, say: wishes(chat), alice, bob, mona, roomId })
  })
}

/** Does something as it will be so many milliseconds from now. */
export async function later<T>(
  { clock }: TestPlatform,
  ms: number,
  work: () => Promise<T>,
): Promise<T> {
  clock.advance(ms)
  try {
    return await work()
  } finally {
    clock.advance(-ms)
  }
}
