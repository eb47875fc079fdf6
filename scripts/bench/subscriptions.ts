import { setTimeout as delay } from 'node:timers/promises'
import { assertSameData } from './answers.ts'
import type { Bench } from './bench.ts'
import { gravityEnvironment } from './gravity-environment.ts'
import { allowSockets } from './open-files.ts'
import { type MeasuredProcess, type Program, startProgram } from './processes.ts'
import type { MemoryRouterCommands, Person, Remark } from './programs/memory-router.ts'
import type { ListenersCommands } from './programs/topic-listeners.ts'
import type { BroadcastCommands } from './programs/ws-broadcast.ts'
import { median, progress, type Row, report, rounded } from './report.ts'

const wantedSockets = 10_000
const query = 'subscription { said { sequence body author { id username displayName } } }'
/** Messages that may be under way at the same time. */
const window = 4
const author: Person = {
  id: '0190163d-8694-739b-aea5-966c26f8ad91',
  username: 'ada',
  displayName: 'Ada Lovelace',
}

/** A server, and those who listen to it. */
interface Audience {
  readonly name: string
  readonly server: MeasuredProcess
  readonly listeners: Program<ListenersCommands>
  readonly sockets: number
  readonly kibibytesPerSocket: number
  publish(remark: Remark): Promise<void>
  /** How many messages were published so far. */
  published: number
}

interface Delivery {
  readonly perSecond: number
  /** From the publishing of one message to its coming to the last socket, in milliseconds. */
  readonly spread: number
  readonly processorMicroseconds: number
}

/** Table 6: one topic, 10,000 sockets: the router beside a broadcast of the same bytes by `ws` alone. */
export async function benchSubscriptions(bench: Bench): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const { sockets, wrapper, note } = allowSockets(wantedSockets)
  const options = { cores: bench.cores.measured, env: gravityEnvironment(), wrapper }
  const router = await startProgram<MemoryRouterCommands>('memory-router', options)
  stack.defer(() => router.stop())
  const bare = await startProgram<BroadcastCommands>('ws-broadcast', options)
  stack.defer(() => bare.stop())
  const open = openAudience({ bench, sockets, wrapper }, stack)
  const audiences = [
    await open('ws alone', bare, await bare.call('serve', null)),
    await open('Gravity', router, await router.call('serve', author)),
  ]
  await assertSameMessages(audiences)
  const measured = new Map<string, Delivery[]>(audiences.map(({ name }) => [name, []]))
  const rounds = 3
  for (let round = 1; round <= rounds; round += 1) {
    for (const audience of audiences) {
      const delivery = await measureDelivery(audience, bench.quick ? 5 : 15)
      measured.get(audience.name)?.push(delivery)
      progress(
        `round ${round} of ${rounds}, ${audience.name}: ${rounded(delivery.perSecond)} messages/s`,
      )
    }
  }
  await report('subscriptions', await rowsOf(audiences, measured), {
    notes: [
      bench.cores.sentence,
      ...(note === undefined ? [] : [note]),
      `Each message has ${await messageBytes(audiences)} bytes; ${window} may be under way.`,
    ],
    measurements: Object.fromEntries(measured),
  })
}

interface Opening {
  readonly bench: Bench
  readonly sockets: number
  readonly wrapper: readonly string[]
}

function openAudience({ bench, sockets, wrapper }: Opening, stack: AsyncDisposableStack) {
  return async (
    name: string,
    server: Program<MemoryRouterCommands> | Program<BroadcastCommands>,
    url: string,
  ): Promise<Audience> => {
    const listeners = await startProgram<ListenersCommands>('topic-listeners', {
      cores: bench.cores.rest,
      wrapper,
    })
    stack.defer(() => listeners.stop())
    const before = server.memory().now
    progress(`${name}: opening ${sockets} sockets …`)
    await listeners.call('open', { url, count: sockets, query })
    const audience: Audience = {
      name,
      server,
      listeners,
      sockets,
      published: 0,
      kibibytesPerSocket: 0,
      publish: (remark) => server.call('publish', remark),
    }
    await untilAllListen(audience)
    const kibibytesPerSocket = ((server.memory().now - before) * 1_024) / sockets
    return { ...audience, kibibytesPerSocket }
  }
}

async function say(audience: Audience): Promise<void> {
  audience.published += 1
  const body = 'A message as long as what people write to each other on a normal day.'
  await audience.publish({ sequence: audience.published, body, author })
}

/** The last subscriptions may have been sent but not begun; they miss the first messages. */
async function untilAllListen(audience: Audience): Promise<void> {
  const { listeners, sockets } = audience
  let heard = 0
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await delay(1_000)
    await say(audience)
    const now = await listeners.call('until', heard + sockets)
    if (now - heard >= sockets) return
    heard = now
  }
  throw new Error(`${audience.name} does not reach all ${sockets} sockets.`)
}

async function measureDelivery(audience: Audience, seconds: number): Promise<Delivery> {
  const { listeners, server, sockets } = audience
  const before = await listeners.call('until', 0)
  const processorBefore = server.processorSeconds()
  const begun = performance.now()
  let said = 0
  while (performance.now() - begun < seconds * 1_000) {
    await say(audience)
    said += 1
    await listeners.call('until', before + (said - window + 1) * sockets)
  }
  const delivered = (await listeners.call('until', before + said * sockets)) - before
  const took = (performance.now() - begun) / 1_000
  const processor = server.processorSeconds() - processorBefore
  if (delivered !== said * sockets) {
    throw new Error(`${audience.name} delivered ${delivered} of ${said * sockets} messages.`)
  }
  return {
    perSecond: delivered / took,
    spread: await measureSpread(audience, before + delivered),
    processorMicroseconds: (processor / delivered) * 1e6,
  }
}

async function measureSpread(audience: Audience, heard: number): Promise<number> {
  const times: number[] = []
  for (let count = 1; count <= 5; count += 1) {
    const begun = performance.now()
    await say(audience)
    await audience.listeners.call('until', heard + count * audience.sockets)
    times.push(performance.now() - begun)
  }
  return median(times)
}

async function assertSameMessages(audiences: readonly Audience[]): Promise<void> {
  const [first, ...others] = await Promise.all(audiences.map(firstMessage))
  for (const other of others) assertSameData('The router', { data: other }, { data: first })
}

async function firstMessage({ listeners }: Audience): Promise<unknown> {
  const message = (await listeners.call('summary', null)).first
  // The first message that came may be another one of the same length.
  return JSON.parse(message.replace(/"sequence":\d+/, '"sequence":0'))
}

async function messageBytes(audiences: readonly Audience[]): Promise<string> {
  const lengths = await Promise.all(
    audiences.map(async ({ listeners }) => (await listeners.call('summary', null)).first.length),
  )
  return [...new Set(lengths)].join(' or ')
}

async function rowsOf(
  audiences: readonly Audience[],
  measured: ReadonlyMap<string, readonly Delivery[]>,
): Promise<Row[]> {
  const bare = measured.get('ws alone') ?? []
  return Promise.all(
    audiences.map(async ({ name, sockets, server, listeners, kibibytesPerSocket }) => {
      const rounds = measured.get(name) ?? []
      const of = (figure: keyof Delivery): number =>
        rounded(median(rounds.map((round) => round[figure])))
      const { closed } = await listeners.call('summary', null)
      const ratios = rounds.map((round, index) => round.perSecond / (bare[index]?.perSecond ?? 0))
      return {
        server: name,
        sockets,
        'messages/s': of('perSecond'),
        '÷ ws alone': rounded(median(ratios)),
        'one message to all, ms': of('spread'),
        'CPU µs/message': of('processorMicroseconds'),
        'KiB/socket': rounded(kibibytesPerSocket),
        'RSS MiB': server.memory().now,
        'sockets lost': closed,
      }
    }),
  )
}
