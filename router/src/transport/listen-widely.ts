import { createServer, type Server } from 'node:net'
import { type ListenOptions, listen } from '@gravity/shared/server/listen'

/** Beside the server's own. */
const entranceCount = 15
/** Only where the system divides those who come among the sockets of one address. */
const canShareAddress = process.platform === 'linux'

/** A server that accepts connections. */
export interface WideListening {
  /** Without a path. */
  readonly url: string
  /** Accepts nothing new; resolves when all connections have ended. */
  close(): Promise<void>
}

export interface WideListenOptions extends ListenOptions {
  /** Whether a connection stays open for writing when the client has ended its side, as plain HTTP needs it. */
  readonly allowHalfOpen: boolean
}

/**
 * Listens in a way that lets many connections in at once. Node accepts one per listening socket and turn of its event
 * loop, and under load a turn takes long: a hundred clients who come together would wait for seconds, each behind a hundred
 * answers. So more sockets listen at the same address (`SO_REUSEPORT`, socket(7)), and what they accept is handed to the
 * server. On systems other than Linux there is one, as usual. Rejects with a StartError like `listen`.
 */
export async function listenWidely(
  server: Server,
  { allowHalfOpen, ...address }: WideListenOptions,
): Promise<WideListening> {
  if (!canShareAddress) {
    return { url: await listen(server, address), close: () => closeServer(server) }
  }
  // Asked without sharing it, or a second router would get half of the first one's clients.
  const port = await takeFreePort(address)
  const shared = { ...address, port, reusePort: true }
  const url = await listen(server, shared)
  const entrances = Array.from({ length: entranceCount }, () =>
    createServer({ allowHalfOpen, noDelay: true }, (socket) => server.emit('connection', socket)),
  )
  await Promise.all(entrances.map((entrance) => listen(entrance, shared)))
  return {
    url,
    async close() {
      await Promise.all([server, ...entrances].map(closeServer))
    },
  }
}

/** The port that is asked for, or any. */
async function takeFreePort(address: ListenOptions): Promise<number> {
  const probe = createServer()
  const url = await listen(probe, address)
  await closeServer(probe)
  return Number(new URL(url).port)
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
