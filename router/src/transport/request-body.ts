import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { badRequest, HttpRefusal } from './http-refusal.ts'

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

const decompressors: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['identity', async (body) => body],
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

/**
 * Reads a request body as text of at most `limitBytes`, before and after decompression (gzip, deflate, br). Refuses
 * with 413 when it is larger, 415 for another encoding, 400 for broken compression, bytes that are not UTF-8, and a
 * client that goes away in the middle.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<string> {
  const encoding = request.headers['content-encoding']
  if (encoding === undefined) return decode(await collect(request, limitBytes))
  const decompress = decompressors.get(encoding.toLowerCase())
  if (!decompress) throw unsupportedEncoding(encoding)
  const bytes = await collect(request, limitBytes)
  return decode(await decompressWithin(bytes, { decompress, limitBytes }))
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) throw badRequest('The body is not valid UTF-8.')
  // A byte order mark is legal to ignore (RFC 8259, section 8.1), and JSON.parse does not.
  return body.toString('utf8', startsWithByteOrderMark(body) ? 3 : 0)
}

function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length']) > limitBytes) {
    return Promise.reject(tooLarge(limitBytes))
  }
  if (request.destroyed) return Promise.reject(interrupted())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > limitBytes) {
        // The rest is still read off the socket, so that the client gets to see the answer, but nothing is kept.
        chunks.length = 0
        reject(tooLarge(limitBytes))
        return
      }
      chunks.push(chunk)
    })
    request.on('end', () => {
      const [only] = chunks
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks))
    })
    // Also after an error, which Node raises only for those who listen to it.
    request.on('close', () => {
      if (!request.complete) reject(interrupted())
    })
  })
}

interface Decompression {
  readonly decompress: Decompress
  readonly limitBytes: number
}

async function decompressWithin(bytes: Buffer, options: Decompression): Promise<Buffer> {
  try {
    return await options.decompress(bytes, { maxOutputLength: options.limitBytes })
  } catch (cause) {
    if (isTooLarge(cause)) throw tooLarge(options.limitBytes)
    throw badRequest('The body is not compressed as its content-encoding says.', cause)
  }
}

function isTooLarge(error: unknown): boolean {
  return Object(error).code === 'ERR_BUFFER_TOO_LARGE'
}

function startsWithByteOrderMark(body: Buffer): boolean {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf
}

function tooLarge(limitBytes: number): HttpRefusal {
  return new HttpRefusal({
    status: 413,
    code: 'BAD_USER_INPUT',
    message: `The body is larger than ${limitBytes} bytes, which is the limit.`,
    extensions: { limit: 'body', maximum: limitBytes },
  })
}

function unsupportedEncoding(encoding: string): HttpRefusal {
  return new HttpRefusal({
    status: 415,
    code: 'BAD_USER_INPUT',
    message: `The content encoding ${JSON.stringify(encoding)} is not supported; gzip, deflate and br are.`,
    headers: { 'accept-encoding': 'gzip, deflate, br' },
  })
}

function interrupted(cause?: unknown): HttpRefusal {
  return badRequest('The connection was closed before the whole body had arrived.', cause)
}
