import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema, GraphQLError, graphql } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { IdentityDesk } from './identity-desk.ts'
import { TestRoom } from './test-room.ts'

const schema = buildSchema(readFileSync(new URL('../../api.graphql', import.meta.url), 'utf8'))

interface GraphRequest {
  readonly query: string
  readonly operationName?: string
  readonly variables?: Record<string, unknown>
}

/** A graph with the committed API schema on a real port: tokens are checked, messages are kept, faults can be caused. */
export class TestGraph {
  readonly desk: IdentityDesk
  readonly room = new TestRoom()
  /** The `authorization` header of every request for a query or mutation, null for none. */
  readonly authorizations: (string | null)[] = []
  /** The `authorization` of every socket, in the order of their opening. */
  readonly socketAuthorizations: unknown[] = []
  /** How many sockets came with a token that is not good. */
  refusedSockets = 0
  /** `afterSequence` of every subscription that was started. */
  readonly startedAfter: unknown[] = []
  /** Errors to answer the next subscriptions with, one each. */
  readonly refusals: GraphQLError[] = []
  /** What a GET of a path answers, as HTML for `/` and as a module otherwise. */
  page: (path: string) => string = () => ''
  port = 0
  readonly #socketOpened = new Set<(value: unknown) => void>()
  #server: Server | undefined
  #sockets: WebSocketServer | undefined

  constructor(now: () => number = Date.now) {
    this.desk = new IdentityDesk(now)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/graphql`
  }

  /** Listens on the port of before, or on a free one. */
  async start(): Promise<this> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(asError(error)))
    })
    this.#sockets = new WebSocketServer({ server, path: '/graphql' })
    this.#serveSockets(this.#sockets)
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.#server = server
    this.port = portOf(server)
    return this
  }

  /** Cuts every connection, as a crash does. */
  async stop(): Promise<void> {
    this.cutSockets()
    this.#sockets?.close()
    const server = this.#server
    if (!server) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }

  /** Ends every socket without a closing handshake. */
  cutSockets(): void {
    for (const socket of this.#openSockets()) socket.terminate()
  }

  closeSockets(code: number, reason: string): void {
    for (const socket of this.#openSockets()) socket.close(code, reason)
  }

  /** Nothing arrives and nothing leaves on the open sockets any more, and nobody is told. */
  freezeSockets(): void {
    for (const socket of this.#openSockets()) {
      socket.pause()
      socket.send = () => undefined
    }
  }

  /** Resolves when no socket is open. */
  async socketsClosed(): Promise<void> {
    for (const socket of this.#openSockets()) await once(socket, 'close')
  }

  /** Resolves when this many sockets have been opened since the start. */
  async socketNumber(count: number): Promise<void> {
    while (this.socketAuthorizations.length < count) {
      await new Promise((resolve) => this.#socketOpened.add(resolve))
    }
  }

  get openSockets(): number {
    return this.#openSockets().length
  }

  #openSockets(): WebSocket[] {
    return [...(this.#sockets?.clients ?? [])]
  }

  #serveSockets(sockets: WebSocketServer): void {
    useServer<Record<string, unknown>>(
      {
        schema,
        roots: {
          subscription: {
            messageAdded: (variables: { afterSequence?: number | null }) => this.#follow(variables),
          },
        },
        onConnect: ({ connectionParams }) => {
          const { authorization }: { authorization?: unknown } = connectionParams ?? {}
          this.socketAuthorizations.push(authorization)
          for (const resolve of this.#socketOpened) resolve(undefined)
          this.#socketOpened.clear()
          const accepted = authorization === undefined || this.#accepts(authorization)
          if (!accepted) this.refusedSockets += 1
          return accepted
        },
      },
      sockets,
    )
  }

  async *#follow(variables: {
    afterSequence?: number | null
  }): AsyncGenerator<{ messageAdded: unknown }> {
    this.startedAfter.push(variables.afterSequence)
    const refusal = this.refusals.shift()
    if (refusal) throw refusal
    for await (const message of this.room.follow(variables.afterSequence)) {
      yield { messageAdded: message }
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') {
      const path = request.url ?? '/'
      response.setHeader('content-type', path === '/' ? 'text/html' : 'text/javascript')
      response.end(this.page(path))
      return
    }
    const authorization = request.headers.authorization ?? null
    this.authorizations.push(authorization)
    response.setHeader('content-type', 'application/json')
    if (authorization !== null && !this.#accepts(authorization)) {
      const error = { message: 'The token is not good.', extensions: { code: 'UNAUTHENTICATED' } }
      response.statusCode = 401
      response.end(JSON.stringify({ errors: [error] }))
      return
    }
    const { query, operationName, variables } = await readRequest(request)
    const result = await graphql({
      schema,
      source: query,
      operationName,
      variableValues: variables,
      rootValue: this.#root(authorization),
    })
    response.end(JSON.stringify(result))
  }

  #root(authorization: string | null): Record<string, unknown> {
    return {
      me: () =>
        authorization === null
          ? null
          : {
              id: 'ada',
              username: 'ada',
              displayName: 'Ada',
              joinedAt: '2026-01-01T00:00:00.000Z',
            },
      sendMessage: ({ input }: { input: { body: string } }) => {
        if (authorization === null) throw coded('UNAUTHENTICATED')
        return this.room.send(input.body)
      },
      refreshSession: ({ input }: { input: { refreshToken: string } }) => {
        if (this.desk.unavailable) throw coded('SUBGRAPH_UNAVAILABLE')
        const session = this.desk.refresh(input.refreshToken)
        return session
          ? { __typename: 'Session', ...session }
          : { __typename: 'InvalidRefreshToken', code: 'INVALID_REFRESH_TOKEN', message: 'Used.' }
      },
    }
  }

  #accepts(authorization: unknown): boolean {
    return (
      typeof authorization === 'string' && this.desk.accepts(authorization.slice('Bearer '.length))
    )
  }
}

/** An error of the graph with its stable code. */
export function coded(code: string, extensions: Record<string, unknown> = {}): GraphQLError {
  return new GraphQLError(`This is ${code}.`, { extensions: { ...extensions, code } })
}

async function readRequest(request: IncomingMessage): Promise<GraphRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

function portOf(server: Server): number {
  // A server that listens on an IP address has an object as its address.
  return (server.address() as AddressInfo).port
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
