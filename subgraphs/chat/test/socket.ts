import { eventually } from '@gravity/shared/testing/eventually'
import { createIdentitySigner } from '@gravity/shared/viewer/signed-identity'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { z } from 'zod'

/** What one person hears over a WebSocket of their own, as a router in another process would listen for them. */
export interface SocketListener {
  readonly bodies: readonly string[]
  readonly errors: readonly string[]
  readonly isComplete: boolean
  received(count: number): Promise<void>
  completed(): Promise<void>
  close(): void
}

const frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection_ack') }),
  z.object({ type: z.literal('ping') }),
  z.object({
    type: z.literal('next'),
    payload: z.object({
      data: z.object({ messageAdded: z.object({ body: z.string() }) }).nullish(),
      errors: z.array(z.unknown()).default([]),
    }),
  }),
  z.object({ type: z.literal('complete') }),
])

export interface SocketOptions {
  readonly url: string
  readonly meshSecret: string
  readonly roomId: string
}

/** Opens a socket of the protocol `graphql-transport-ws` and subscribes to the messages of a room. */
export function listenOverSocket(viewer: Viewer, options: SocketOptions): SocketListener {
  const { url, meshSecret, roomId } = options
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  const state = { bodies: [] as string[], errors: [] as string[], isComplete: false }
  const say = (message: object) => socket.send(JSON.stringify(message))
  socket.addEventListener('open', () => say({ type: 'connection_init' }))
  socket.addEventListener('message', ({ data }) => {
    const message = frame.parse(JSON.parse(String(data)))
    if (message.type === 'connection_ack') say(subscription(viewer, { meshSecret, roomId }))
    else if (message.type === 'ping') say({ type: 'pong' })
    else if (message.type === 'next') {
      const { data: event, errors } = message.payload
      if (event) state.bodies.push(event.messageAdded.body)
      for (const error of errors) state.errors.push(JSON.stringify(error))
    } else state.isComplete = true
  })
  return {
    bodies: state.bodies,
    errors: state.errors,
    get isComplete() {
      return state.isComplete
    },
    received: (count) =>
      eventually(() => {
        if (state.bodies.length < count) throw new Error(`${state.bodies.length} of ${count} came`)
      }),
    completed: () =>
      eventually(() => {
        if (!state.isComplete && state.errors.length === 0) throw new Error('it goes on')
      }),
    close: () => socket.close(),
  }
}

function subscription(viewer: Viewer, { meshSecret, roomId }: Omit<SocketOptions, 'url'>): object {
  const identity = createIdentitySigner({ secret: meshSecret }).sign(
    {
      viewer,
      requestId: viewer.sessionId,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      clientAddress: '192.0.2.1',
    },
    'chat',
  )
  const query =
    'subscription ($roomId: ID!) { messageAdded(roomId: $roomId, afterSequence: 0) { body } }'
  return {
    type: 'subscribe',
    id: '1',
    payload: { query, variables: { roomId }, extensions: { identity } },
  }
}
