// The least that an HTTP server in Node can do: read the request, answer the same bytes to everybody.
import { createServer } from 'node:http'
import { listen } from '@gravity/shared/server/listen'
import { answerCommands } from '../processes.ts'

export interface EchoCommands {
  /** Starts a server that answers this body. Returns its address. */
  serve(body: string): Promise<string>
}

answerCommands<EchoCommands>({
  serve(body) {
    const answer = Buffer.from(body)
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', () => {
        response.writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': answer.length,
        })
        response.end(answer)
      })
    })
    return listen(server, { host: '127.0.0.1', port: 0 })
  },
})
