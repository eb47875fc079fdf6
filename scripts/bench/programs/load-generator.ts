// Asks one server the same question over many connections, each as soon as it has the answer to the one before, and
// measures how long the answers take. Bare sockets and bytes made in advance, so that the server is the slower one.
import { answerCommands } from '../processes.ts'
import { percentile } from '../report.ts'
import { createConnection, type LoadConnection, type Tally } from './load-connection.ts'

/** What is asked, of whom. */
export interface LoadTarget {
  /** The whole address. */
  readonly url: string
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** What is asked of the same address in turn with it, by others or for something else. */
  readonly others?: readonly Pick<LoadTarget, 'headers' | 'body'>[]
}

/** So many connections for so many seconds. Stages follow each other without a pause. */
export interface LoadStage {
  readonly connections: number
  readonly seconds: number
}

export interface LoadRequest {
  readonly target: LoadTarget
  readonly stages: readonly LoadStage[]
}

/** What one stage saw; times in milliseconds. */
export interface StageResult {
  readonly connections: number
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly longest: number
}

export interface LoadResult {
  readonly stages: readonly StageResult[]
  /** Over all stages. */
  readonly whole: StageResult
  /** Answers in all, those too that came after the end. */
  readonly answers: number
  /** Answers that were not 200, were of another length than the first, or never came. */
  readonly failures: number
}

export interface LoadCommands {
  run(request: LoadRequest): Promise<LoadResult>
}

const drainTimeoutMs = 30_000

answerCommands<LoadCommands>({ run })

async function run({ target, stages }: LoadRequest): Promise<LoadResult> {
  const { others = [] } = target
  const requests = [target, ...others.map((other) => ({ ...target, ...other }))].map(requestBytes)
  let asked = 0
  const nextRequest = (): Buffer => {
    asked += 1
    return requests[asked % requests.length] ?? Buffer.alloc(0)
  }
  const { hostname, port } = new URL(target.url)
  const tally: Tally = {
    times: [],
    answers: 0,
    failures: 0,
    bodyLength: undefined,
    isUniform: others.length === 0,
  }
  const connections: LoadConnection[] = []
  const results: StageResult[] = []
  const all: number[] = []
  let measuredSeconds = 0
  for (const stage of stages) {
    while (connections.length < stage.connections) {
      connections.push(createConnection({ host: hostname, port: Number(port), nextRequest, tally }))
    }
    tally.times = []
    const begun = performance.now()
    await new Promise((resolve) => setTimeout(resolve, stage.seconds * 1_000))
    const seconds = (performance.now() - begun) / 1_000
    const { times } = tally
    tally.times = []
    measuredSeconds += seconds
    for (const time of times) all.push(time)
    results.push(stageResult(times, { connections: connections.length, seconds }))
  }
  await drain(connections, tally)
  const whole = { connections: connections.length, seconds: measuredSeconds }
  return {
    stages: results,
    whole: stageResult(all, whole),
    answers: tally.answers,
    failures: tally.failures,
  }
}

/** Lets every connection have its last answer, so that the server is idle when the next one is measured. */
async function drain(connections: readonly LoadConnection[], tally: Tally): Promise<void> {
  for (const connection of connections) connection.askNoMore()
  const giveUpAt = performance.now() + drainTimeoutMs
  while (connections.some(({ waits }) => waits()) && performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  for (const connection of connections) {
    if (connection.waits()) tally.failures += 1
    connection.close()
  }
}

function requestBytes({ url, method = 'POST', headers = {}, body = '' }: LoadTarget): Buffer {
  const { host, pathname, search } = new URL(url)
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === 'POST' ? [`content-length: ${Buffer.byteLength(body)}`] : []),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

function stageResult(times: readonly number[], { connections, seconds }: LoadStage): StageResult {
  const sorted = Float64Array.from(times).sort()
  return {
    connections,
    perSecond: times.length / seconds,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    longest: sorted.at(-1) ?? Number.NaN,
  }
}
