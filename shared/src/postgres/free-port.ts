import { createServer } from 'node:net'
import { invariant } from '../errors/invariant.ts'

/** A TCP port of 127.0.0.1 that nobody listens on now. Somebody may by the time it is used: be ready to ask again. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  invariant(typeof address === 'object' && address !== null, 'a TCP server has an address')
  await new Promise((done) => server.close(done))
  return address.port
}
