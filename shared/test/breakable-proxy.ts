import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A server's address that can go away and come back, so that a test need not stop the server that others use. */
export class BreakableProxy implements AsyncDisposable {
  readonly url: string
  readonly #port: number
  readonly #target: URL
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #server: Server

  private constructor(server: Server, target: URL) {
    this.#server = server
    this.#target = target
    this.#port = portOf(server)
    const url = new URL(target)
    url.host = `127.0.0.1:${this.#port}`
    this.url = url.href
  }

  /** A proxy on a free port in front of the server of `url`. */
  static async open(url: string): Promise<BreakableProxy> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const proxy = new BreakableProxy(server, new URL(url))
    proxy.#forward()
    return proxy
  }

  /** Ends all connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#endAll()
    await closed
  }

  /** Ends all connections, accepting new ones at once. */
  drop(): void {
    this.#endAll()
  }

  /** Keeps the connections and lets nothing pass any more, like a machine that vanished. */
  freeze(): void {
    for (const [client, server] of this.#pairs) {
      client.unpipe(server).pause()
      server.unpipe(client).pause()
    }
  }

  async restore(): Promise<void> {
    this.#server = createServer()
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#forward()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.cut()
  }

  #forward(): void {
    this.#server.on('connection', (client) => {
      const server = connect(Number(this.#target.port), this.#target.hostname)
      const pair = [client, server] as const
      this.#pairs.add(pair)
      client.pipe(server)
      server.pipe(client)
      const end = () => {
        client.destroy()
        server.destroy()
        this.#pairs.delete(pair)
      }
      // An error is followed by `close`, which is where both are ended.
      client.on('error', end).on('close', end)
      server.on('error', end).on('close', end)
    })
  }

  #endAll(): void {
    for (const [client, server] of this.#pairs) {
      client.destroy()
      server.destroy()
    }
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return address.port
}
