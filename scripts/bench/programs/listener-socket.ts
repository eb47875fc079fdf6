import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** What all sockets have seen together. */
export interface ListenerTally {
  messages: number
  /** The text of the first one. */
  first: string
  closed: number
  onMessage: () => void
}

export interface ListenerSocket {
  /** When the subscription was sent. */
  readonly subscribed: Promise<void>
  /** How many this socket has had. */
  messages(): number
}

export interface ListenerSocketOptions {
  readonly host: string
  readonly port: number
  /** The `subscribe` message. */
  readonly subscription: string
  readonly tally: ListenerTally
}

/** Shared by all sockets: what is read is looked at before the next read begins. */
const readBuffer = Buffer.allocUnsafe(65_536)
const endOfHead = '\r\n\r\n'
const opcodes = { text: 1, ping: 9, pong: 10 }

/** Opens a WebSocket (RFC 6455) by hand, as far as a listener of small messages needs it. */
export function openSocket({
  host,
  port,
  subscription,
  tally,
}: ListenerSocketOptions): ListenerSocket {
  const subscribed = Promise.withResolvers<void>()
  let messages = 0
  let isOpen = false
  let isAcknowledged = false
  /** The beginning of a frame that has not come whole. */
  let rest: Buffer | undefined

  const socket: Socket = connect({
    host,
    port,
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback(length: number) {
        const came = readBuffer.subarray(0, length)
        const bytes = rest ? Buffer.concat([rest, came]) : came
        const used = isOpen ? readFrames(bytes) : readHead(bytes)
        rest = used < bytes.length ? Buffer.from(bytes.subarray(used)) : undefined
        return true
      },
    },
  })
  socket.on('connect', () => socket.write(upgradeRequest(host, port)))
  socket.on('error', (error) => subscribed.reject(error))
  socket.on('close', () => {
    tally.closed += 1
    subscribed.reject(new Error('The server closed a socket.'))
  })

  function readHead(bytes: Buffer): number {
    const end = bytes.indexOf(endOfHead)
    if (end < 0) return 0
    const head = bytes.toString('latin1', 0, end)
    if (!head.startsWith('HTTP/1.1 101')) {
      subscribed.reject(new Error(`The server refuses a socket: ${head.split('\r\n')[0]}`))
    }
    isOpen = true
    socket.write(frameOf(opcodes.text, Buffer.from('{"type":"connection_init"}')))
    const used = end + endOfHead.length
    return used + readFrames(bytes.subarray(used))
  }
  function readFrames(bytes: Buffer): number {
    let used = 0
    for (;;) {
      const frame = frameIn(bytes, used)
      if (!frame) return used
      used = frame.end
      if (frame.opcode === opcodes.text) readMessage(bytes, frame)
      else if (frame.opcode === opcodes.ping) {
        socket.write(frameOf(opcodes.pong, bytes.subarray(frame.begin, frame.end)))
      }
    }
  }
  function readMessage(bytes: Buffer, { begin, end }: Frame): void {
    if (isAcknowledged) {
      messages += 1
      tally.messages += 1
      if (tally.first === '') tally.first = bytes.toString('utf8', begin, end)
      tally.onMessage()
      return
    }
    isAcknowledged = true
    socket.write(frameOf(opcodes.text, Buffer.from(subscription)), () => subscribed.resolve())
  }
  return { subscribed: subscribed.promise, messages: () => messages }
}

interface Frame {
  readonly opcode: number
  readonly begin: number
  readonly end: number
}

/** The whole frame that begins at an offset; undefined when it has not come whole. A server's frames are not masked. */
function frameIn(bytes: Buffer, offset: number): Frame | undefined {
  const length = (bytes[offset + 1] ?? 0) & 127
  const begin = offset + (length === 126 ? 4 : 2)
  if (bytes.length < begin) return undefined
  const end = begin + (length === 126 ? bytes.readUInt16BE(offset + 2) : length)
  if (bytes.length < end) return undefined
  return { opcode: (bytes[offset] ?? 0) & 15, begin, end }
}

/** A client's frame; masked with zeros, which changes nothing. */
function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload
  const head =
    length < 126
      ? Buffer.from([128 | opcode, 128 | length])
      : Buffer.from([128 | opcode, 128 | 126, length >> 8, length & 255])
  return Buffer.concat([head, Buffer.alloc(4), payload])
}

function upgradeRequest(host: string, port: number): string {
  return [
    'GET /graphql HTTP/1.1',
    `host: ${host}:${port}`,
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-protocol: graphql-transport-ws',
    `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
    '',
    '',
  ].join('\r\n')
}
