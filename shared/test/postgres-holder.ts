// Started by tests as a process of its own, which they can kill: holds an embedded PostgreSQL until its input ends.
import { startPostgres } from '../src/postgres/postgres-server.ts'
import { silentLog } from '../src/testing/silent-log.ts'

const [, , dataDirectory = ''] = process.argv

try {
  const settings = { fsync: 'off' }
  const server = await startPostgres({ dataDirectory, settings, log: silentLog })
  const { url, notice, dataDirectory: place } = server
  console.log(JSON.stringify({ url, notice, dataDirectory: place }))
  process.stdin.resume().once('end', () => server.stop())
} catch (error) {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  console.log(JSON.stringify({ name, error: message }))
  process.exitCode = 1
}
