import type { IncomingMessage } from 'node:http'

/** A request that cannot be read as HTTP. `message` is shown to the caller. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  /** The HTTP status that says so. */
  readonly status: 400 | 413 | 415

  constructor(status: BodyError['status'], message: string, options: ErrorOptions = {}) {
    super(message, options)
    this.status = status
  }
}

function tooLarge(maximumBytes: number): BodyError {
  return new BodyError(413, `The body is larger than ${maximumBytes} bytes`)
}

function unreadable(cause: unknown): BodyError {
  return new BodyError(400, 'The body broke off or is not UTF-8', { cause })
}

/**
 * Reads a request's body as UTF-8. Throws BodyError 413 as soon as it is known to exceed the limit, 415 when it is
 * compressed, and 400 when it is not UTF-8 or breaks off.
 */
export async function readBody(request: IncomingMessage, maximumBytes: number): Promise<string> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') throw new BodyError(415, 'Compressed bodies are not accepted')
  if (Number(request.headers['content-length'] ?? 0) > maximumBytes) throw tooLarge(maximumBytes)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of request) {
      length += chunk.length
      if (length > maximumBytes) throw tooLarge(maximumBytes)
      chunks.push(chunk)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    if (cause instanceof BodyError) throw cause
    throw unreadable(cause)
  }
}
