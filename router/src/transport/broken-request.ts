import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { ErrorCode } from '@gravity/shared/errors/gravity-error'

interface BrokenRequest {
  readonly status: number
  readonly message: string
}

const knownFaults: Readonly<Record<string, BrokenRequest>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    message: 'The headers are too large. Send long queries in the body of a POST.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'The request took too long to arrive.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, message: 'The chunk extensions are too large.' },
}
const notHttp: BrokenRequest = { status: 400, message: 'This is not a well-formed HTTP request.' }

/** Answers, in the form of every other refusal, what is not HTTP, too slow, or larger than the parser reads. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || isShakingHands(socket)) {
    socket.destroy()
    return
  }
  const { status, message } = knownFaults[error.code ?? ''] ?? notHttp
  socket.end(formatRawAnswer(status, message))
  // A peer that never closes its side must not keep the socket.
  socket.once('finish', () => socket.destroy())
}

/** Nothing that is said before the end of the TLS handshake would be heard. */
function isShakingHands(socket: Duplex): boolean {
  return socket instanceof TLSSocket && socket.alpnProtocol === null
}

const codes: Readonly<Record<number, ErrorCode>> = {
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  503: 'SUBGRAPH_UNAVAILABLE',
}

/** A whole HTTP answer with one GraphQL error, for sockets that have no response object; the connection is closed. */
export function formatRawAnswer(status: number, message: string): string {
  const code = codes[status] ?? 'BAD_USER_INPUT'
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] })
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
