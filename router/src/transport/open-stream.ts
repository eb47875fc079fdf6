import { Congestion } from './congestion.ts'
import type { HttpExchange } from './http-exchange.ts'

export interface OpenStreamOptions {
  /** How often `beat` is sent, so that no hop takes the connection for idle; never by default. */
  readonly heartbeatMs?: number
  /** Text that means nothing to the client. */
  readonly beat?: string
  /** How long a client may read nothing of what was sent. */
  readonly stallMs: number
  /** What may wait to be sent before the client is given up; as much as there is by default. */
  readonly bufferedBytes?: number | undefined
  /** Called when the server stops; by default the stream ends at once. */
  readonly onStopping?: () => void
}

/**
 * One HTTP answer that goes on, with a heartbeat and bounds on a slow reader. Everything is a no-op once it is closed,
 * by whichever side.
 */
export class OpenStream {
  readonly #exchange: HttpExchange
  readonly #options: OpenStreamOptions
  readonly #congestion: Congestion
  #heartbeat: NodeJS.Timeout | undefined
  #ended = false

  constructor(exchange: HttpExchange, options: OpenStreamOptions) {
    this.#exchange = exchange
    this.#options = options
    const { response, stopping } = exchange
    const { stallMs } = options
    this.#congestion = new Congestion(response, { stallMs, onStall: () => response.destroy() })
    const stop = options.onStopping ?? (() => this.end())
    stopping.addEventListener('abort', stop)
    this.onClose(() => {
      clearInterval(this.#heartbeat)
      stopping.removeEventListener('abort', stop)
    })
  }

  get closed(): boolean {
    return this.#ended || this.#exchange.response.destroyed
  }

  onClose(listener: () => void): void {
    const { response } = this.#exchange
    if (response.closed) listener()
    else response.once('close', listener)
  }

  /** Begins the answer. The text shows clients that report an open stream only once they have seen a byte of it. */
  open(contentType: string, text: string): void {
    if (this.closed) return
    const headers = this.#exchange.headersFor(contentType, {
      'cache-control': 'no-store, no-transform',
      // Proxies of the nginx kind buffer answers otherwise.
      'x-accel-buffering': 'no',
    })
    this.#exchange.response.writeHead(200, headers)
    this.write(text)
    const { heartbeatMs, beat } = this.#options
    if (heartbeatMs === undefined || beat === undefined) return
    this.#heartbeat = setInterval(() => this.#beat(beat), heartbeatMs).unref()
  }

  write(text: string): void {
    if (this.closed) return
    const { response } = this.#exchange
    const { bufferedBytes = Number.POSITIVE_INFINITY } = this.#options
    // What was sent before counts, not this text: one that is large must not close a stream that keeps up.
    if (response.writableLength > bufferedBytes) response.destroy()
    else response.write(text)
  }

  /** Undefined when more can be written now; otherwise settles when the client has read or is gone. */
  congestion(): Promise<void> | undefined {
    return this.closed ? undefined : this.#congestion.wait()
  }

  end(): void {
    if (this.closed) return
    this.#ended = true
    const { response, request, stopping } = this.#exchange
    // Its headers promised to keep the connection, which a server that stops must not wait for.
    if (stopping.aborted) response.once('finish', () => request.socket.destroySoon())
    response.end()
    this.#exchange.giveUpStalled()
  }

  // A silent stream would never notice a peer that stopped reading; the heartbeat does.
  #beat(text: string): void {
    this.write(text)
    void this.congestion()
  }
}
