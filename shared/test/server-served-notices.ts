import { createLogger } from '../src/log/logger.ts'
import { type SubgraphServer, serveSubgraph } from '../src/server/serve-subgraph.ts'
import { createIdentitySigner, IDENTITY_HEADER } from '../src/viewer/signed-identity.ts'
import type { RequestIdentity } from '../src/viewer/viewer.ts'
import { anIdentity, createNoticeBoard, type NoticeBoard } from './server-notices.ts'

export const meshSecret = 'a mesh secret that is long enough for a test'
const signer = createIdentitySigner({ secret: meshSecret })

/** The headers by which the router calls the subgraph. */
export function signed(identity: RequestIdentity = anIdentity(), audience = 'notices') {
  return {
    'content-type': 'application/json',
    [IDENTITY_HEADER]: signer.sign(identity, audience),
  }
}

/** The notices behind a real server, and ways to call it. */
export interface ServedNotices {
  readonly board: NoticeBoard
  readonly server: SubgraphServer
  readonly logged: readonly string[]
  post(body: NonNullable<RequestInit['body']>, request?: RequestInit): Promise<Response>
  ask(query: string, identity?: RequestIdentity): Promise<Response>
  get(path: string, headers?: Record<string, string>): Promise<Response>
}

export async function serveNotices(): Promise<ServedNotices> {
  const board = createNoticeBoard()
  const logged: string[] = []
  const server = await serveSubgraph(board.subgraph, {
    host: '127.0.0.1',
    port: 0,
    meshSecret,
    maximumBytes: 10_000,
    graceMs: 1_000,
    log: createLogger({
      name: 'test',
      level: 'info',
      format: 'json',
      destination: { write: (line) => logged.push(line) },
    }),
  })
  const post = (body: NonNullable<RequestInit['body']>, request: RequestInit = {}) =>
    fetch(`${server.url}/graphql`, { method: 'POST', headers: signed(), body, ...request })
  return {
    board,
    server,
    logged,
    post,
    ask: (query, identity) => post(JSON.stringify({ query }), { headers: signed(identity) }),
    get: (path, headers = {}) => fetch(`${server.url}${path}`, { headers }),
  }
}
