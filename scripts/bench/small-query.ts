import { startRedisServer } from '@gravity/shared/redis/redis-server'
import { answerFetches, assertSameData } from './answers.ts'
import type { Bench } from './bench.ts'
import { openBenchPlatform } from './bench-platform.ts'
import { openFederationGateways } from './federation-gateways.ts'
import {
  type Candidate,
  doubts,
  graphqlTarget,
  measureInTurns,
  medianOf,
  type Round,
  type Turns,
} from './load.ts'
import { registerPeople } from './people.ts'
import { median, progress, type Row, report, rounded } from './report.ts'
import { signedHeaders } from './signed-headers.ts'

/** The subgraph itself, and ways to it. */
interface Comparison {
  readonly subject: string
  readonly direct: Candidate
  readonly through: readonly Candidate[]
}

const manyConnections = 32

/** Table 3: what a small query to one subgraph costs more through a gateway than when the subgraph is asked directly. */
export async function benchSmallQuery(bench: Bench): Promise<void> {
  const rows: Row[] = []
  const notes = [bench.cores.sentence]
  const measurements: Record<string, unknown> = {}
  for (const open of [openMemoised, openPlatform]) {
    await using stack = new AsyncDisposableStack()
    const { comparisons, notes: said } = await open(bench, stack)
    notes.push(...said)
    for (const { subject, direct, through } of comparisons) {
      const candidates = [direct, ...through]
      await assertAgreement(candidates)
      progress(subject)
      const measured = await measureInTurns(bench.load, candidates, turns(bench))
      rows.push(...rowsOf({ subject, measured, direct: measured.get(direct.name) ?? [] }))
      notes.push(...doubts(measured))
      measurements[subject] = Object.fromEntries(measured)
    }
  }
  await report('small-query', rows, { notes: [...new Set(notes)], measurements })
}

function turns({ quick }: Bench): Turns {
  const seconds = quick ? 2 : 4
  return {
    rounds: 3,
    warmUp: { connections: manyConnections, seconds },
    stages: [
      { connections: 1, seconds },
      { connections: manyConnections, seconds },
    ],
  }
}

async function assertAgreement([first, ...others]: readonly Candidate[]): Promise<void> {
  const ask = ({ target }: Candidate) =>
    answerFetches(typeof target === 'function' ? target() : target)
  if (!first) return
  const expected = await ask(first)
  assertSameData(first.name, expected, expected)
  for (const other of others) assertSameData(other.name, await ask(other), expected)
}

interface Opened {
  readonly comparisons: readonly Comparison[]
  readonly notes: readonly string[]
}

/** A subgraph that answers from memory, in next to no time: all that is seen is what a gateway costs. */
async function openMemoised(bench: Bench, stack: AsyncDisposableStack): Promise<Opened> {
  const { subgraphs, origin, gateways, notes } = await openFederationGateways(bench, stack)
  const query = '{ users { id name } }'
  const candidate = (name: string, url: string, process: Candidate['process']): Candidate => ({
    name,
    process,
    target: graphqlTarget(url, { query }),
  })
  return {
    notes,
    comparisons: [
      {
        subject: 'answers from memory',
        direct: candidate('subgraph', `${origin}/accounts`, subgraphs),
        through: gateways.map(({ name, url, process }) => candidate(name, url, process)),
      },
    ],
  }
}

/** The platform's users subgraph, which asks PostgreSQL. */
async function openPlatform(bench: Bench, stack: AsyncDisposableStack): Promise<Opened> {
  const redis = await startRedisServer()
  if (!redis) {
    return { comparisons: [], notes: ['The platform is missing: there is no redis-server.'] }
  }
  stack.defer(() => redis.stop())
  const platform = stack.use(await openBenchPlatform(bench))
  progress('Starting the platform in one process, and as several …')
  const one = await platform.startOneProcess()
  const REDIS_URL = redis.url
  const [person] = await registerPeople(one.url, 1)
  if (!person) throw new Error('Nobody was registered.')
  const subgraph = (name: string, cores: string | undefined) =>
    platform.startProgram(`subgraphs/${name}/src/main.ts`, { env: { REDIS_URL }, cores })
  const alone = await subgraph('users', bench.cores.measured)
  const beside = await Promise.all(
    ['auth', 'users', 'chat'].map(async (name) => ({
      name,
      server: await subgraph(name, bench.cores.rest),
    })),
  )
  const addresses = beside.map(({ name, server }) => `${name}=${server.url}/graphql`).join()
  const router = await platform.startProgram('router/src/main.ts', {
    env: { REDIS_URL, GRAVITY_SUBGRAPHS: addresses },
  })
  const users = beside.find(({ name }) => name === 'users')?.server ?? alone
  const question = { query: '{ me { id displayName } }' }
  const direct = (process: typeof alone): Candidate => ({
    name: 'subgraph',
    process,
    target() {
      const target = graphqlTarget(`${process.url}/graphql`, question)
      const signed = signedHeaders(person.id, platform.env)
      return { ...target, headers: { ...target.headers, ...signed } }
    },
  })
  const through = (process: typeof alone): Candidate => ({
    name: 'Gravity',
    process,
    target: graphqlTarget(`${process.url}/graphql`, { ...question, token: person.accessToken }),
  })
  return {
    notes: [],
    comparisons: [
      {
        subject: 'users and PostgreSQL, router of its own',
        direct: direct(users),
        through: [through(router)],
      },
      {
        subject: 'users and PostgreSQL, in one process',
        direct: direct(alone),
        through: [through(one)],
      },
    ],
  }
}

function rowsOf({
  subject,
  measured,
  direct,
}: {
  readonly subject: string
  readonly measured: ReadonlyMap<string, readonly Round[]>
  readonly direct: readonly Round[]
}): Row[] {
  const single = (round: Round | undefined): number => (round?.stages[0]?.p50 ?? Number.NaN) * 1_000
  const many = (round: Round | undefined): number => round?.stages[1]?.perSecond ?? Number.NaN
  return [...measured].map(([name, rounds]) => ({
    subgraph: subject,
    asked: name === 'subgraph' ? 'directly' : `through ${name}`,
    'p50 µs': rounded(median(rounds.map(single))),
    'overhead µs': rounded(median(rounds.map((round, i) => single(round) - single(direct[i])))),
    'time ÷ direct': rounded(median(rounds.map((round, i) => single(round) / single(direct[i])))),
    [`requests/s, ${manyConnections} connections`]: rounded(median(rounds.map(many))),
    'direct ÷ requests/s': rounded(median(rounds.map((round, i) => many(direct[i]) / many(round)))),
    'CPU µs/request': rounded(medianOf(rounds, 'processorMicroseconds')),
  }))
}
