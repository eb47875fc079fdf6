import type { AddressInfo, Server } from 'node:net'
import { StartError } from '../config/start-error.ts'

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Lets more sockets of this user listen at the same address (`SO_REUSEPORT`). Default false. */
  readonly reusePort?: boolean
}

/**
 * How many connections may wait to be accepted; the system bounds it further (`net.core.somaxconn`). Node's 511 are too few
 * when many clients come back at once: each one more is dropped without a word and tried again a second later.
 */
const backlog = 4_096

function explain(cause: NodeJS.ErrnoException, { host, port }: ListenOptions): StartError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} of ${host} is in use: stop the program that holds it, or choose another with PORT.`,
    EACCES: `Port ${port} may not be opened by this user: choose one above 1023 with PORT.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: set HOST to one, such as 127.0.0.1 or 0.0.0.0.`,
    ENOTFOUND: `${host} is not a known host name: set HOST to an address, such as 127.0.0.1 or 0.0.0.0.`,
  }
  const reason = reasons[cause.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${cause.message}.`
  return new StartError(reason, { cause })
}

function urlOf(address: AddressInfo | string | null, host: string): string {
  const port = typeof address === 'object' && address ? address.port : 0
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/**
 * Starts listening and resolves to the server's address as a URL without a path. Rejects with a StartError that says
 * what to do when the port is taken or the address is not one of this machine.
 */
export function listen(server: Server, options: ListenOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void => reject(explain(cause, options))
    server.once('error', refuse)
    server.listen({ ...options, backlog }, () => {
      server.off('error', refuse)
      resolve(urlOf(server.address(), options.host))
    })
  })
}
