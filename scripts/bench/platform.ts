import { readFile } from 'node:fs/promises'
import { answerFetches, assertSameData } from './answers.ts'
import type { Bench } from './bench.ts'
import { type BenchPlatform, openBenchPlatform } from './bench-platform.ts'
import { gravityEnvironment } from './gravity-environment.ts'
import {
  type Candidate,
  doubts,
  measureInTurns,
  medianOf,
  type Round,
  ratioOf,
  type Turns,
} from './load.ts'
import { movePinned } from './pinning.ts'
import { askQuestions, type Question, type Questions } from './platform-questions.ts'
import { startProgram } from './processes.ts'
import type { ConstantServerCommands } from './programs/constant-server.ts'
import type { EchoCommands } from './programs/echo-server.ts'
import type { MemoryRouterCommands, Person } from './programs/memory-router.ts'
import type { RecordedPlatformCommands } from './programs/recorded-platform.ts'
import type { StatementsCommands } from './programs/statements-alone.ts'
import { progress, type Row, report, rounded } from './report.ts'

const connections = 32

/** What a candidate is compared with, by name. */
interface Entry extends Candidate {
  readonly beside?: readonly string[]
}

const echo = 'bare node:http, me'
const apolloMe = 'Apollo Server from constants, me'
const apolloRoom = 'Apollo Server from constants, room page'
const statements = 'pg alone, statements of the room page'

/** Table 4: the platform in one process beside what bounds it, on one processor and on all. */
export async function benchPlatform(bench: Bench): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const platform = stack.use(await openBenchPlatform(bench))
  progress('Starting the platform, without caches and with them …')
  const plain = await platform.startOneProcess()
  const questions = await askQuestions(plain.url)
  const caching = await platform.startOneProcess({
    GRAVITY_ROUTER_RESPONSE_CACHE: 'on',
    GRAVITY_ROUTER_ENTITY_CACHE: 'on',
  })
  const gravity = ({ name, target }: Question, process = plain, suffix = ''): Entry => ({
    name: `Gravity, ${name}${suffix}`,
    process,
    target: target(process.url),
  })
  const { me, roomPage, sameRoomPage, search, profile } = questions
  const alone = await openStatements({ bench, platform, question: roomPage }, stack)
  const entries: Entry[] = [
    ...(await openServers(bench, questions, stack)),
    { ...gravity(me), beside: [apolloMe] },
    { ...gravity(roomPage), beside: [statements, apolloRoom] },
    { ...gravity(sameRoomPage), beside: [statements] },
    gravity(search),
    gravity(profile),
    { ...gravity(profile, caching, ', cached'), beside: [echo] },
    alone.entry,
  ]
  await assertAgreement(entries, questions)
  const notes = [`${connections} connections.`, alone.note]
  await measureOn('platform-one-processor', { bench, entries, notes })
  movePinned(bench.cores.all, [
    process.pid,
    bench.load.pid,
    ...entries.map((entry) => entry.process.pid),
    ...(await platform.databasePids()),
  ])
  const everywhere = 'Everything shares all processors, the load generator too.'
  await measureOn('platform-all-processors', { bench, entries, notes: [...notes, everywhere] })
  movePinned(bench.cores.rest, [process.pid, bench.load.pid])
}

interface Measuring {
  readonly bench: Bench
  readonly entries: readonly Entry[]
  readonly notes: readonly string[]
}

async function measureOn(name: string, { bench, entries, notes }: Measuring): Promise<void> {
  progress(name)
  const seconds = bench.quick ? 1.5 : 4
  const turns: Turns = {
    rounds: 3,
    stages: [{ connections, seconds }],
    warmUp: { connections, seconds },
  }
  const measured = await measureInTurns(bench.load, entries, turns)
  await report(name, rowsOf(entries, measured), {
    notes: [...notes, ...doubts(measured)],
    measurements: Object.fromEntries(measured),
  })
}

function rowsOf(entries: readonly Entry[], measured: ReadonlyMap<string, readonly Round[]>): Row[] {
  return entries.map(({ name, beside = [] }) => {
    const rounds = measured.get(name) ?? []
    const ratios = beside.map((other) => {
      const ratio = ratioOf(rounds, measured.get(other), 'perSecond')
      return `${ratio} × ${other}`
    })
    return {
      candidate: name,
      'requests/s': rounded(medianOf(rounds, 'perSecond')),
      'p50 ms': rounded(medianOf(rounds, 'p50')),
      'p95 ms': rounded(medianOf(rounds, 'p95')),
      'p99 ms': rounded(medianOf(rounds, 'p99')),
      'CPU µs/request': rounded(medianOf(rounds, 'processorMicroseconds')),
      'RSS MiB': medianOf(rounds, 'memory'),
      'in comparison': ratios.join('; '),
    }
  })
}

/** What the platform is measured by: a server that does nothing, Apollo's, and the router without a database. */
async function openServers(
  { cores }: Bench,
  { me, roomPage }: Questions,
  stack: AsyncDisposableStack,
): Promise<Entry[]> {
  const options = { cores: cores.measured, env: gravityEnvironment() }
  const bare = await startProgram<EchoCommands>('echo-server', options)
  stack.defer(() => bare.stop())
  const apollo = await startProgram<ConstantServerCommands>('constant-server', options)
  stack.defer(() => apollo.stop())
  const memory = await startProgram<MemoryRouterCommands>('memory-router', options)
  stack.defer(() => memory.stop())
  const sdl = await readFile(new URL('../../schema/api.graphql', import.meta.url), 'utf8')
  // The questions were answered without errors.
  const person = (me.answer.data as { readonly me: Person }).me
  const answers = { ...Object(me.answer.data), ...Object(roomPage.answer.data) }
  const bareUrl = await bare.call('serve', JSON.stringify(me.answer))
  const apolloUrl = (await apollo.call('serve', { sdl, answers })).replace(/\/$/, '')
  const memoryUrl = await memory.call('serve', person)
  const anonymous = withoutToken(me)
  return [
    { name: echo, process: bare, target: anonymous(bareUrl) },
    { name: apolloMe, process: apollo, target: anonymous(apolloUrl), beside: [echo] },
    { name: apolloRoom, process: apollo, target: roomPage.target(apolloUrl) },
    {
      name: 'Gravity router over a subgraph in memory, me',
      process: memory,
      target: anonymous(memoryUrl),
      beside: [apolloMe],
    },
  ]
}

function withoutToken({ target }: Question): Question['target'] {
  return (url) => {
    const { headers: { authorization, ...headers } = {}, others, ...rest } = target(url)
    return { ...rest, headers }
  }
}

async function assertAgreement(entries: readonly Entry[], questions: Questions): Promise<void> {
  for (const { name, target, work } of entries) {
    if (work || typeof target === 'function') continue
    const question = Object.values(questions).find(
      (candidate: Question) => candidate.target(target.url).body === target.body,
    )
    if (question) assertSameData(name, await answerFetches(target), question.answer)
  }
}

interface StatementsOptions {
  readonly bench: Bench
  readonly platform: BenchPlatform
  readonly question: Question
}

/** What the databases are asked for one question, asked without anything around it. */
async function openStatements(
  { bench, platform, question }: StatementsOptions,
  stack: AsyncDisposableStack,
): Promise<{ readonly entry: Entry; readonly note: string }> {
  const env = { ...platform.env, PORT: '0' }
  const recorded = await startProgram<RecordedPlatformCommands>('recorded-platform', { env })
  const url = await recorded.call('serve', null)
  await answerFetches(question.target(url))
  await recorded.call('take', null)
  await answerFetches(question.target(url))
  const texts = await recorded.call('take', null)
  await recorded.stop()
  const program = await startProgram<StatementsCommands>('statements-alone', {
    cores: bench.cores.measured,
  })
  stack.defer(() => program.stop())
  await program.call('open', texts)
  return {
    entry: {
      name: statements,
      process: program,
      target: question.target(url),
      work: (stages) => program.call('run', stages),
    },
    note: `The room page needs ${texts.length} statements.`,
  }
}
