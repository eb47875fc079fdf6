import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@gravity/shared/postgres/free-port'
import { benchmarkQuery, benchmarkSupergraph } from '../../router/test/execution-benchmark.ts'
import { answerFetches, assertSameData, type GraphqlAnswer } from './answers.ts'
import type { Bench } from './bench.ts'
import { gravityEnvironment } from './gravity-environment.ts'
import { installPeers } from './install-peers.ts'
import { type Candidate, graphqlTarget } from './load.ts'
import {
  type MeasuredProcess,
  type Program,
  type ServerProcess,
  startProgram,
  startServer,
} from './processes.ts'
import type { RecordedFetch, SubgraphCommands } from './programs/federation-subgraphs.ts'
import type { LimitCommands, LimitFetch } from './programs/limit-gateway.ts'
import { progress } from './report.ts'

/** A gateway in front of the subgraphs of the federation benchmark. */
export interface FederationGateway {
  readonly name: string
  readonly process: MeasuredProcess
  /** Where it takes operations. */
  readonly url: string
}

/** The federation benchmark's subgraphs, all in one process. */
export interface FederationSubgraphs {
  readonly subgraphs: Program<SubgraphCommands>
  /** Where the subgraphs are, without a path. */
  readonly origin: string
  /** The file of their supergraph. */
  readonly supergraph: string
}

/** Starts the subgraphs beside the load. */
export async function openFederationSubgraphs(
  { cores }: Bench,
  stack: AsyncDisposableStack,
): Promise<FederationSubgraphs> {
  const subgraphs = await startProgram<SubgraphCommands>('federation-subgraphs', {
    cores: cores.rest,
  })
  stack.defer(() => subgraphs.stop())
  const origin = await subgraphs.call('serve', null)
  const folder = await mkdtemp(join(tmpdir(), 'gravity-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const supergraph = join(folder, 'supergraph.graphql')
  await writeFile(supergraph, benchmarkSupergraph.replaceAll('http://127.0.0.1:4200', origin))
  return { subgraphs, origin, supergraph }
}

/** The subgraphs, and the gateways that can be had, each a process of its own. */
export interface FederationGateways extends FederationSubgraphs {
  readonly gateways: readonly FederationGateway[]
  /** What is missing. */
  readonly notes: readonly string[]
}

/** Starts the subgraphs, and every gateway on the measured processor; ends them with the stack. */
export async function openFederationGateways(
  bench: Bench,
  stack: AsyncDisposableStack,
): Promise<FederationGateways> {
  const peers = await installPeers()
  const federation = await openFederationSubgraphs(bench, stack)
  const place = { supergraph: federation.supergraph, cores: bench.cores.measured }
  const gateways: FederationGateway[] = []
  const start = async (name: string, begin: () => Promise<ServerProcess>): Promise<void> => {
    progress(`Starting ${name} …`)
    const process = await begin()
    stack.defer(() => process.stop())
    gateways.push({ name, process, url: `${process.url}/graphql` })
  }
  await start('Gravity', () => startGravity(place))
  const { folder } = peers
  if (folder !== undefined) {
    await start('Apollo Gateway', () => startApollo({ ...place, folder }))
    await start('Hive Gateway', () => startHive({ ...place, folder }))
  }
  return { ...federation, gateways, notes: peers.note === undefined ? [] : [peers.note] }
}

interface Place {
  readonly supergraph: string
  readonly cores: string | undefined
}

/** `npm run router -- --supergraph FILE --port N`, without npm. */
export async function startGravity(
  place: Place & { readonly env?: NodeJS.ProcessEnv },
): Promise<ServerProcess> {
  const port = String(await freePort())
  return startServer(['router/src/main.ts', '--supergraph', place.supergraph, '--port', port], {
    url: `http://127.0.0.1:${port}`,
    readyPath: '/health/live',
    cores: place.cores,
    env: { ...gravityEnvironment(), ...place.env },
  })
}

async function startApollo(place: Place & { readonly folder: string }): Promise<ServerProcess> {
  const port = String(await freePort())
  return startServer(['apollo-gateway.mjs', place.supergraph, port], {
    url: `http://127.0.0.1:${port}`,
    readyPath: '/?query=%7B__typename%7D',
    cores: place.cores,
    env: { NODE_ENV: 'production' },
    folder: place.folder,
  })
}

async function startHive(place: Place & { readonly folder: string }): Promise<ServerProcess> {
  const port = String(await freePort())
  const command = [
    'node_modules/@graphql-hive/gateway/dist/bin.js',
    'supergraph',
    place.supergraph,
    ...['--config-path', 'hive-gateway.config.mjs'],
    ...['--host', '127.0.0.1', '--port', port, '--fork', '1'],
  ]
  return startServer(command, {
    url: `http://127.0.0.1:${port}`,
    readyPath: '/readiness',
    cores: place.cores,
    env: { NODE_ENV: 'production' },
    folder: place.folder,
  })
}

export const benchmarkTarget = (url: string) => graphqlTarget(url, { query: benchmarkQuery })

const expectedFile = new URL(
  '../../router/test/execution-benchmark/expected-response.json',
  import.meta.url,
)

/** The gateways as candidates, after each has given the expected answer; and the limit that they are measured by. */
export async function benchmarkCandidates(
  { cores }: Bench,
  federation: FederationGateways,
  stack: AsyncDisposableStack,
): Promise<{ readonly candidates: readonly Candidate[]; readonly notes: readonly string[] }> {
  const { subgraphs, origin, gateways } = federation
  const answer = await readFile(expectedFile, 'utf8')
  const expected = JSON.parse(answer) as GraphqlAnswer
  const plans: { name: string; waves: LimitFetch[][] }[] = []
  for (const { name, url } of gateways) {
    const ask = () => answerFetches(benchmarkTarget(url))
    assertSameData(name, await ask(), expected)
    const waves = await wavesOf(subgraphs, ask)
    progress(`${name} gives the expected answer, by ${sizeOf(waves)}.`)
    plans.push({ name, waves })
  }
  const best = plans.toSorted((a, b) => a.waves.flat().length - b.waves.flat().length)[0]
  if (!best) throw new Error('There is no gateway to measure.')
  const limit = await startProgram<LimitCommands>('limit-gateway', { cores: cores.measured })
  stack.defer(() => limit.stop())
  const limitUrl = await limit.call('serve', { origin, waves: best.waves, answer })
  assertSameData('The limit', await answerFetches(benchmarkTarget(limitUrl)), expected)
  const all = [...gateways, { name: 'limit', process: limit, url: `${limitUrl}/graphql` }]
  return {
    candidates: all.map(({ name, process, url }) => ({
      name,
      process,
      target: benchmarkTarget(url),
      subgraphRequests: () => subgraphs.call('requests', null),
    })),
    notes: [
      ...federation.notes,
      `The limit performs the fetches of ${best.name}: ${sizeOf(best.waves)}.`,
    ],
  }
}

function sizeOf(waves: readonly (readonly LimitFetch[])[]): string {
  return `${waves.flat().length} fetches in ${waves.length} waves`
}

const waveMs = 100

/** What a gateway fetches for one request, by slow subgraphs: what comes at about the same time is one wave. */
async function wavesOf(
  subgraphs: Program<SubgraphCommands>,
  ask: () => Promise<unknown>,
): Promise<LimitFetch[][]> {
  await ask()
  await subgraphs.call('delay', waveMs)
  await subgraphs.call('record', null)
  await ask()
  const fetches: RecordedFetch[] = await subgraphs.call('record', null)
  await subgraphs.call('delay', 0)
  const waves: LimitFetch[][] = []
  let begun = Number.NEGATIVE_INFINITY
  for (const { path, body, at } of fetches.toSorted((a, b) => a.at - b.at)) {
    if (at > begun + waveMs / 2) {
      waves.push([])
      begun = at
    }
    waves.at(-1)?.push({ path, body })
  }
  return waves
}
