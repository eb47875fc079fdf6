import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'graphql-ws'
import type { Bench } from './bench.ts'
import { openBenchPlatform } from './bench-platform.ts'
import { openRoom, socketOf, speak } from './chat-room.ts'
import { type BenchPerson, registerPeople } from './people.ts'
import { movePinned } from './pinning.ts'
import { percentile, progress, report } from './report.ts'

const subscribers = 1_000
const messagesPerSecond = 20
const seconds = 30
const total = messagesPerSecond * seconds

/** What one subscriber has seen. */
interface Receipts {
  readonly sequences: number[]
  readonly at: number[]
}

interface Delivered {
  readonly messageAdded: { readonly sequence: number }
}

/**
 * 1,000 people, each on a socket of their own, listen to one room while one of them speaks 20 times a second. Every
 * message must reach everybody exactly once and in order.
 */
export async function benchLiveDelivery(bench: Bench): Promise<void> {
  await using platform = await openBenchPlatform(bench)
  const gravity = await platform.startOneProcess()
  // A thousand passwords are hashed, which has nothing to do with what is measured.
  movePinned(bench.cores.all, [gravity.pid])
  const people = await registerPeople(gravity.url, subscribers)
  movePinned(bench.cores.measured, [gravity.pid])
  const [speaker] = people
  if (!speaker) return
  const roomId = await openRoom(gravity.url, speaker, people)
  const clients: Client[] = []
  const receipts = people.map((person) => {
    const client = socketOf(gravity.url, person)
    clients.push(client)
    return listen(client, roomId)
  })
  progress('Waiting until everybody listens …')
  await untilListening(gravity.url)
  const begun = performance.now()
  const answered = await speakOften(gravity.url, speaker, roomId)
  const perSecond = (total / (performance.now() - begun)) * 1_000
  await untilQuiet(receipts)
  await reportDelivery({ receipts, answered, perSecond, memory: gravity.memory().now })
  await Promise.all(clients.map((client) => client.dispose()))
}

function listen(client: Client, roomId: string): Receipts {
  const receipts: Receipts = { sequences: [], at: [] }
  client.subscribe<Delivered>(
    {
      query: `subscription ($roomId: ID!) {
        messageAdded(roomId: $roomId, afterSequence: 0) { sequence body author { id displayName } }
      }`,
      variables: { roomId },
    },
    {
      next({ data }) {
        receipts.at.push(performance.now())
        receipts.sequences.push(data?.messageAdded.sequence ?? Number.NaN)
      },
      error: (error) => console.error('a subscription failed:', error),
      complete: () => undefined,
    },
  )
  return receipts
}

async function untilListening(url: string): Promise<void> {
  const giveUpAt = performance.now() + 60_000
  while (performance.now() < giveUpAt) {
    const metrics = await (await fetch(`${url}/metrics`)).text()
    const open = Number(/^gravity_\w*subscriptions\S* (\d+)/m.exec(metrics)?.[1] ?? 0)
    if (open >= subscribers) return
    await delay(200)
  }
  throw new Error(`Not all ${subscribers} subscriptions began within a minute.`)
}

/** Returns when each message's `sendMessage` was answered, by sequence. */
async function speakOften(url: string, speaker: BenchPerson, roomId: string): Promise<number[]> {
  const answered: number[] = []
  const sending: Promise<void>[] = []
  const begun = performance.now()
  for (let index = 0; index < total; index += 1) {
    await delay(Math.max(0, begun + (index * 1_000) / messagesPerSecond - performance.now()))
    const send = async () => {
      const clientMessageId = `bench-${index}`
      const body = `Message ${index}`
      const sequence = await speak(url, speaker, { roomId, clientMessageId, body })
      answered[sequence] = performance.now()
    }
    sending.push(send())
    if (index % (messagesPerSecond * 5) === 0) console.log(`  sent ${index} of ${total}`)
  }
  await Promise.all(sending)
  return answered
}

async function untilQuiet(receipts: readonly Receipts[]): Promise<void> {
  const giveUpAt = performance.now() + 30_000
  while (performance.now() < giveUpAt) {
    if (receipts.every(({ sequences }) => sequences.length >= total)) break
    await delay(100)
  }
  // A duplicate would come late.
  await delay(1_000)
}

async function reportDelivery(measured: {
  readonly receipts: readonly Receipts[]
  readonly answered: readonly number[]
  readonly perSecond: number
  readonly memory: number
}): Promise<void> {
  const { receipts, answered, perSecond, memory } = measured
  const expected = Array.from({ length: total }, (_, index) => index + 1).join()
  const faultless = receipts.filter(({ sequences }) => sequences.join() === expected).length
  const delays = receipts
    .flatMap(({ sequences, at }) =>
      sequences.map((sequence, index) => (at[index] ?? 0) - (answered[sequence] ?? 0)),
    )
    .sort((a, b) => a - b)
  await report('live-delivery', [
    {
      subscribers: receipts.length,
      messages: total,
      'messages/s': Math.round(perSecond * 10) / 10,
      delivered: delays.length,
      'exactly once, in order': `${faultless} of ${receipts.length}`,
      'p50 ms': Math.round(percentile(delays, 0.5) * 10) / 10,
      'p99 ms': Math.round(percentile(delays, 0.99) * 10) / 10,
      'max ms': Math.round(delays.at(-1) ?? Number.NaN),
      'RSS MiB': memory,
    },
  ])
}
