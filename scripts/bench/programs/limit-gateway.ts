// What a gateway cannot do without: the fetches of one operation, wave after wave, each answer parsed once, and the
// client's answer written once. It plans, merges, checks and projects nothing.
import { createServer } from 'node:http'
import { listen } from '@gravity/shared/server/listen'
import { Pool } from 'undici'
import { answerCommands } from '../processes.ts'

export interface LimitOptions {
  /** Where the subgraphs are. */
  readonly origin: string
  /** Fetches that a gateway makes at the same time, then those that need their answers, and so on. */
  readonly waves: readonly (readonly LimitFetch[])[]
  /** What the client gets, as JSON text. */
  readonly answer: string
}

export interface LimitFetch {
  readonly path: string
  readonly body: string
}

export interface LimitCommands {
  /** Starts to listen. Returns the address. */
  serve(options: LimitOptions): Promise<string>
}

answerCommands<LimitCommands>({
  serve({ origin, waves, answer }) {
    const pool = new Pool(origin, { connections: 128, pipelining: 1 })
    const result: unknown = JSON.parse(answer)
    const fetchOne = async ({ path, body }: LimitFetch): Promise<unknown> => {
      const response = await pool.request({
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body,
      })
      return JSON.parse(await response.body.text())
    }
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', async () => {
        for (const wave of waves) await Promise.all(wave.map(fetchOne))
        const text = JSON.stringify(result)
        response.writeHead(200, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(text),
        })
        response.end(text)
      })
    })
    return listen(server, { host: '127.0.0.1', port: 0 })
  },
})
