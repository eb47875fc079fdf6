// The four subgraphs of the federation benchmark, all in this process. What was asked before is answered from memory, so
// that subgraphs cost as little as they can and the gateways are what is measured.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { listen } from '@gravity/shared/server/listen'
import { type GraphQLSchema, graphql, parse } from 'graphql'
import { benchmarkSubgraphs } from '../../../router/test/execution-benchmark.ts'
import { answerCommands } from '../processes.ts'

/** A request that a subgraph has had. */
export interface RecordedFetch {
  readonly path: string
  readonly body: string
  /** Milliseconds since the recording began. */
  readonly at: number
}

export interface SubgraphCommands {
  /** Starts to listen; each subgraph answers under its name. Returns the address. */
  serve(input: null): Promise<string>
  /** How long an answer takes at least. */
  delay(milliseconds: number): void
  /** How many requests there were so far. */
  requests(input: null): number
  /** Begins to record requests, and returns those recorded before. */
  record(input: null): RecordedFetch[]
}

let answerAfterMs = 0
let requests = 0
let recording: RecordedFetch[] | undefined
let recordingSince = 0
const answers = new Map<string, Promise<Buffer>>()
const schemas = new Map<string, GraphQLSchema>(
  benchmarkSubgraphs.map(({ name, sdl, resolvers }) => [
    `/${name}`,
    buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]),
  ]),
)

answerCommands<SubgraphCommands>({
  serve() {
    const server = createServer(handle)
    server.keepAliveTimeout = 600_000
    return listen(server, { host: '127.0.0.1', port: 0 })
  },
  delay(milliseconds) {
    answerAfterMs = milliseconds
  },
  requests: () => requests,
  record() {
    const before = recording ?? []
    recording = []
    recordingSince = performance.now()
    return before
  },
})

function handle(request: IncomingMessage, response: ServerResponse): void {
  const parts: Buffer[] = []
  requests += 1
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = (parts.length === 1 ? parts[0] : Buffer.concat(parts))?.toString() ?? ''
    const path = request.url ?? ''
    recording?.push({ path, body, at: performance.now() - recordingSince })
    const answer = async (): Promise<void> => {
      const bytes = await answerOf(path, body)
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': bytes.length,
      })
      response.end(bytes)
    }
    if (answerAfterMs > 0) setTimeout(answer, answerAfterMs)
    else void answer()
  })
}

function answerOf(path: string, body: string): Promise<Buffer> {
  const key = `${path} ${body}`
  const known = answers.get(key)
  if (known) return known
  const answer = execute(path, body)
  answers.set(key, answer)
  return answer
}

async function execute(path: string, body: string): Promise<Buffer> {
  const schema = schemas.get(path)
  if (!schema) return Buffer.from(`{"errors":[{"message":"There is no subgraph ${path}"}]}`)
  // The gateways send what GraphQL over HTTP says.
  const { query, variables, operationName } = JSON.parse(body) as {
    readonly query: string
    readonly variables?: Record<string, unknown>
    readonly operationName?: string
  }
  const result = await graphql({
    schema,
    source: query,
    variableValues: variables ?? null,
    operationName: operationName ?? null,
  })
  return Buffer.from(JSON.stringify(result))
}
