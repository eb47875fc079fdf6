import { eventually } from '@gravity/shared/testing/eventually'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'

/** What one subscriber receives, gathered as it comes. */
export interface Listener extends AsyncDisposable {
  readonly sequences: readonly number[]
  readonly bodies: readonly (string | null)[]
  readonly ended: boolean
  /** Waits until so many messages have come. */
  received(count: number): Promise<void>
  /** Waits until the stream has ended by itself. */
  end(): Promise<void>
}

interface Event {
  readonly data?: {
    readonly messageAdded: { readonly sequence: number; readonly body: string | null }
  }
}

export async function listen(
  chat: TestSubgraph,
  viewer: Viewer,
  variables: { readonly roomId: string; readonly afterSequence?: number },
): Promise<Listener> {
  const stream = await chat.listen(
    `subscription ($roomId: ID!, $afterSequence: Int) {
      messageAdded(roomId: $roomId, afterSequence: $afterSequence) {
        id sequence body sentAt author { id } room { id }
      }
    }`,
    { viewer, variables },
  )
  const sequences: number[] = []
  const bodies: (string | null)[] = []
  let ended = false
  const reading = (async () => {
    for await (const event of stream) {
      // The test knows what it has subscribed to.
      const { data } = event as Event
      if (!data) throw new Error(JSON.stringify(event))
      sequences.push(data.messageAdded.sequence)
      bodies.push(data.messageAdded.body)
    }
    ended = true
  })()
  return {
    sequences,
    bodies,
    get ended() {
      return ended
    },
    async received(count) {
      await eventually(() => {
        if (sequences.length < count) throw new Error(`${sequences.length} of ${count} came`)
      })
    },
    end: () => reading,
    async [Symbol.asyncDispose]() {
      await stream.return?.()
      await reading
    },
  }
}

/** 1, 2, 3 … as a room numbers its messages. */
export function sequencesFrom(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
