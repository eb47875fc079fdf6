import { createServer } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import { createHandler } from 'graphql-http/lib/use/http'

export interface ServedSubgraphs {
  /** Where the paths begin. */
  readonly url: string
  [Symbol.asyncDispose](): Promise<void>
}

/** Serves schemas over HTTP, each under its own path, on a free port of this machine. */
export async function serveSubgraphs(
  schemas: ReadonlyMap<string, GraphQLSchema>,
): Promise<ServedSubgraphs> {
  const handlers = new Map([...schemas].map(([path, schema]) => [path, createHandler({ schema })]))
  const server = createServer((request, response) => {
    const handler = handlers.get(request.url ?? '')
    if (handler) handler(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
