import { startRedisServer } from '@gravity/shared/redis/redis-server'
import { type Bench, usualTurns } from './bench.ts'
import { openBenchPlatform } from './bench-platform.ts'
import {
  type Candidate,
  doubts,
  graphqlTarget,
  measureInTurns,
  medianOf,
  type Round,
  ratioOf,
} from './load.ts'
import { registerPeople } from './people.ts'
import { type Row, report, rounded } from './report.ts'
import { signedHeaders } from './signed-headers.ts'

const query = '{ me { id displayName } }'
const connections = 32
const whole = 'router, one process'
const alone = 'users subgraph alone'

/** `{ me { id displayName } }` through the whole platform in one process, and sent to the users subgraph directly. */
export async function benchPlainReads(bench: Bench): Promise<void> {
  await using platform = await openBenchPlatform(bench)
  const gravity = await platform.startOneProcess()
  const idle = gravity.memory().now
  await using redis = await openRedis()
  const users = await platform.startProgram('subgraphs/users/src/main.ts', {
    env: { REDIS_URL: redis.url },
  })
  const [person] = await registerPeople(gravity.url, 1)
  if (!person) return
  const { id, accessToken: token } = person
  const candidates: Candidate[] = [
    {
      name: whole,
      process: gravity,
      target: graphqlTarget(`${gravity.url}/graphql`, { query, token }),
    },
    {
      name: alone,
      process: users,
      target() {
        const target = graphqlTarget(`${users.url}/graphql`, { query })
        return { ...target, headers: { ...target.headers, ...signedHeaders(id, platform.env) } }
      },
    },
  ]
  const measured = await measureInTurns(bench.load, candidates, usualTurns(bench, connections))
  await report('plain-reads', rowsOf(measured), {
    notes: [
      bench.cores.sentence,
      `${connections} connections.`,
      `Memory of the platform in one process, idle: ${idle} MiB.`,
      ...doubts(measured),
    ],
    measurements: Object.fromEntries(measured),
  })
}

async function openRedis() {
  const server = await startRedisServer()
  if (!server) throw new Error('This benchmark needs a redis-server on the PATH.')
  return { url: server.url, [Symbol.asyncDispose]: () => server.stop() }
}

function rowsOf(measured: ReadonlyMap<string, readonly Round[]>): Row[] {
  return [...measured].map(([candidate, rounds]) => ({
    candidate,
    'requests/s': rounded(medianOf(rounds, 'perSecond')),
    'p50 ms': rounded(medianOf(rounds, 'p50')),
    'p99 ms': rounded(medianOf(rounds, 'p99')),
    'CPU µs/request': rounded(medianOf(rounds, 'processorMicroseconds')),
    'RSS MiB': medianOf(rounds, 'memory'),
    '÷ alone': ratioOf(rounds, measured.get(alone), 'perSecond'),
  }))
}
