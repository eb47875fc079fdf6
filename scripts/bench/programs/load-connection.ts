import { connect } from 'node:net'

/** What all connections of a run have seen together. */
export interface Tally {
  /** Milliseconds of every answer since somebody last began a new list. */
  times: number[]
  answers: number
  failures: number
  /** Of the first answer; the others must be as long. */
  bodyLength: number | undefined
  /** Whether they must be: they need not when different things are asked. */
  readonly isUniform: boolean
}

export interface LoadConnection {
  /** The answer that is under way is the last. */
  askNoMore(): void
  /** Whether an answer is under way. */
  waits(): boolean
  close(): void
}

export interface LoadConnectionOptions {
  readonly host: string
  readonly port: number
  /** The whole of the next request. */
  readonly nextRequest: () => Buffer
  readonly tally: Tally
}

/** Shared by all connections: what is read is looked at before the next read begins. */
const readBuffer = Buffer.allocUnsafe(262_144)
const endOfHead = Buffer.from('\r\n\r\n')
const lastChunk = Buffer.from('0\r\n\r\n')

/** Opens a connection that asks, waits for the answer, and asks again. It opens itself anew when the server closes it. */
export function createConnection(options: LoadConnectionOptions): LoadConnection {
  const { host, port, nextRequest, tally } = options
  const reader = new AnswerReader(tally, finish)
  let begun = 0
  let waiting = false
  let ending = false
  let socket = open()

  function open() {
    const opened = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback(length: number) {
          reader.read(readBuffer, length)
          return true
        },
      },
    })
    opened.on('connect', ask)
    opened.on('error', () => undefined)
    opened.on('close', () => {
      if (waiting) tally.failures += 1
      waiting = false
      if (ending) return
      reader.reset()
      setTimeout(() => {
        if (!ending) socket = open()
      }, 10)
    })
    return opened
  }
  function ask(): void {
    if (ending) return
    waiting = true
    begun = performance.now()
    socket.write(nextRequest())
  }
  function finish(): void {
    waiting = false
    tally.times.push(performance.now() - begun)
    tally.answers += 1
    ask()
  }
  return {
    askNoMore() {
      ending = true
    },
    waits: () => waiting,
    close() {
      ending = true
      waiting = false
      socket.destroy()
    },
  }
}

/** Reads HTTP answers as far as it must to know where each ends. */
class AnswerReader {
  readonly #tally: Tally
  readonly #finish: () => void
  /** The beginning of a head that has not come whole. */
  #head: Buffer | undefined
  /** How many bytes of the body are still to come; undefined before it begins, negative when it comes in chunks. */
  #left: number | undefined
  /** The last bytes that came of a body in chunks. */
  #tail: Buffer = Buffer.alloc(0)

  constructor(tally: Tally, finish: () => void) {
    this.#tally = tally
    this.#finish = finish
  }

  reset(): void {
    this.#head = undefined
    this.#left = undefined
  }

  read(buffer: Buffer, length: number): void {
    if (this.#left === undefined) this.#readHead(buffer, length)
    else this.#readBody(buffer, { from: 0, to: length })
  }

  #readHead(buffer: Buffer, length: number): void {
    const known = this.#head
    const bytes = known
      ? Buffer.concat([known, buffer.subarray(0, length)])
      : buffer.subarray(0, length)
    const end = bytes.indexOf(endOfHead)
    if (end < 0) {
      this.#head = Buffer.from(bytes)
      return
    }
    this.#head = undefined
    const head = bytes.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 200')) this.#tally.failures += 1
    const announced = /content-length: *(\d+)/i.exec(head)?.[1]
    if (announced === undefined) {
      this.#left = -1
      this.#tail = Buffer.alloc(0)
    } else {
      this.#left = Number(announced)
      this.#tally.bodyLength ??= this.#left
      const isAsLong = this.#tally.bodyLength === this.#left
      if (this.#tally.isUniform && !isAsLong) this.#tally.failures += 1
    }
    this.#readBody(bytes, { from: end + endOfHead.length, to: bytes.length })
  }

  #readBody(bytes: Buffer, { from, to }: { readonly from: number; readonly to: number }): void {
    const left = this.#left ?? 0
    if (left < 0) {
      // No question is sent before the answer has ended, so its end is the end of what has come.
      const came = bytes.subarray(Math.max(from, to - lastChunk.length), to)
      this.#tail = Buffer.concat([this.#tail, came]).subarray(-lastChunk.length)
      if (!this.#tail.equals(lastChunk)) return
    } else if (left > to - from) {
      this.#left = left - (to - from)
      return
    }
    this.#left = undefined
    this.#finish()
  }
}
