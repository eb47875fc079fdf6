import { createClient } from '../src/create-client.ts'
import { MessageAddedDocument } from '../src/generated/documents.ts'
import type { GravityClient, GravityClientOptions } from '../src/gravity-client.ts'
import { createMemorySessionStorage } from '../src/session-storage.ts'
import type { TestGraph } from './test-graph.ts'

const roomId = 'room'

/** A signed-in client of a test's graph that does not pause for long before it reconnects. */
export function signedInClient(
  graph: TestGraph,
  options: Partial<GravityClientOptions> = {},
): GravityClient {
  return createClient({
    url: graph.url,
    sessionStorage: createMemorySessionStorage(graph.desk.issue()),
    reconnect: { firstDelayMs: 10, longestDelayMs: 50 },
    ...options,
  })
}

/** The messages of the room from its beginning, without loss over interruptions. */
export function follow(client: GravityClient, onInterruption?: () => void) {
  return client.subscribe(
    MessageAddedDocument,
    { roomId, afterSequence: 0 },
    {
      resume: (last, variables) => ({ ...variables, afterSequence: last.messageAdded.sequence }),
      ...(onInterruption && { onInterruption }),
    },
  )
}

/** The bodies of the next messages. */
export async function take(messages: ReturnType<typeof follow>, count: number): Promise<unknown[]> {
  const bodies: unknown[] = []
  while (bodies.length < count) {
    const { done, value } = await messages.next()
    if (done) throw new Error(`The stream ended after ${bodies.length} of ${count} messages.`)
    bodies.push(value.messageAdded.body)
  }
  return bodies
}
