import { readPlatformConfig } from '@gravity/shared/platform/config'
import { startRedisServer } from '@gravity/shared/redis/redis-server'
import { createIdentitySigner, IDENTITY_HEADER } from '@gravity/shared/viewer/signed-identity'
import { createTraceparent } from '@gravity/shared/viewer/trace-context'
import autocannon from 'autocannon'
import { openBenchPlatform } from './bench-platform.ts'
import { ask } from './people.ts'
import { median, report } from './report.ts'

const query = '{ me { id displayName } }'
const connections = 32
const roundSeconds = 5
const rounds = 3

interface Round {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

/** `{ me { id displayName } }` through the whole platform in one process, and sent to the users subgraph directly. */
export async function benchPlainReads(): Promise<void> {
  await using platform = await openBenchPlatform()
  const gravity = await platform.startOneProcess('demo')
  const idle = await gravity.memory()
  await using redis = await openRedis()
  const users = await platform.startProgram('subgraphs/users/src/main.ts', {
    REDIS_URL: redis.url,
    GRAVITY_SEED: 'none',
  })
  const session = await ask<{ accessToken: string; user: { id: string } }>(gravity.url, {
    query: `mutation { login(input: { email: "alice@gravity.local", password: "gravity-demo" }) {
      ... on Session { accessToken user { id } }
    } }`,
  })
  const candidates = [
    {
      name: 'router, one process',
      measure: () => load(gravity.url, { authorization: `Bearer ${session.accessToken}` }),
    },
    {
      name: 'users subgraph alone',
      measure: () => load(users.url, signedHeaders(session.user.id)),
    },
  ]
  const measured = new Map<string, Round[]>(candidates.map(({ name }) => [name, []]))
  for (const { measure } of candidates) await measure()
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, measure } of candidates) measured.get(name)?.push(await measure())
  }
  const rows = [...measured].map(([name, results]) => ({
    candidate: name,
    'requests/s': Math.round(median(results.map(({ perSecond }) => perSecond))),
    'p50 ms': median(results.map(({ p50 }) => p50)),
    'p99 ms': median(results.map(({ p99 }) => p99)),
  }))
  const [router, alone] = rows
  await report('plain-reads', [
    ...rows,
    {
      candidate: 'ratio router / alone',
      'requests/s':
        Math.round(((router?.['requests/s'] ?? 0) / (alone?.['requests/s'] ?? 1)) * 100) / 100,
      'p50 ms': '',
      'p99 ms': '',
    },
    { candidate: 'memory, idle, RSS MiB', 'requests/s': idle, 'p50 ms': '', 'p99 ms': '' },
  ])
}

async function openRedis() {
  const server = await startRedisServer()
  if (!server) throw new Error('This benchmark needs a redis-server on the PATH.')
  return { url: server.url, [Symbol.asyncDispose]: () => server.stop() }
}

/** The viewer as the router would sign it; good for 30 seconds, so made anew for each round. */
function signedHeaders(userId: string): Record<string, string> {
  const signer = createIdentitySigner({ secret: readPlatformConfig().meshSecret })
  const viewer = {
    userId,
    sessionId: userId,
    roles: [],
    scopes: [],
    expiresAt: Math.floor(Date.now() / 1_000) + 600,
  }
  const traceparent = createTraceparent()
  const identity = { viewer, requestId: 'bench', traceparent, clientAddress: '127.0.0.1' }
  return { [IDENTITY_HEADER]: signer.sign(identity, 'users') }
}

async function load(url: string, headers: Record<string, string>): Promise<Round> {
  const result = await autocannon({
    url: `${url}/graphql`,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
    connections,
    duration: roundSeconds,
  })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were not 200, ${result.errors} requests failed`)
  }
  return { perSecond: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 }
}
