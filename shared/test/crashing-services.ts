import { setTimeout as delay } from 'node:timers/promises'
import { v7 } from 'uuid'
import { z } from 'zod'
import { defineConsumer } from '../src/events/consumer.ts'
import { openEvents } from '../src/events/open-events.ts'
import { openQueues } from '../src/queues/open-queues.ts'
import type { Queue, Queues } from '../src/queues/queues.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import {
  counted,
  type LedgerDatabase,
  type LedgerStore,
  openLedgerDatabase,
  tell,
} from './event-services.ts'

// A process of its own: both services, telling numbers as fast as they can until it is killed, or kills itself at one
// of the points between two durable steps. It writes a line for each number that it has applied.

/** Where the process dies: after the n-th time that it got there. */
export const crashPoints = ['queued', 'applied', 'committed'] as const

export const crashPlanSchema = z.object({
  counterUrl: z.string(),
  ledgerUrl: z.string(),
  queues: z.union([
    z.object({ backend: z.literal('postgres'), url: z.string() }),
    z.object({ backend: z.literal('redis'), url: z.string(), prefix: z.string() }),
  ]),
  firstNumber: z.int(),
  crash: z.object({ point: z.enum(crashPoints), time: z.int() }).optional(),
})

export type CrashPlan = z.infer<typeof crashPlanSchema>

export const takeoverMs = 500

/** How many numbers the process tells ahead of those that it has applied. */
const longestLead = 50

/** Counts the visits to each crash point, and dies at the planned one. */
class Fate {
  readonly #crash: CrashPlan['crash']
  #visits = 0

  constructor(crash: CrashPlan['crash']) {
    this.#crash = crash
  }

  visit(point: (typeof crashPoints)[number]): void {
    if (this.#crash?.point !== point) return
    this.#visits += 1
    if (this.#visits === this.#crash.time) process.kill(process.pid, 'SIGKILL')
  }
}

/** Dies when the queue has stored events, before the outbox knows. */
function fatefulQueues(queues: Queues, fate: Fate): Queues {
  const fatefulQueue = (queue: Queue): Queue => ({
    name: queue.name,
    async add(jobs) {
      await queue.add(jobs)
      fate.visit('queued')
    },
    schedule: (schedule) => queue.schedule(schedule),
    unschedule: (id) => queue.unschedule(id),
    scheduleIds: () => queue.scheduleIds(),
    counts: () => queue.counts(),
    promoteDelayed: () => queue.promoteDelayed(),
    failed: (first) => queue.failed(first),
    retryFailed: (id) => queue.retryFailed(id),
  })
  return {
    backend: queues.backend,
    queue: (name) => fatefulQueue(queues.queue(name)),
    worker: (name, run, options) => queues.worker(name, run, options),
    ping: () => queues.ping(),
    close: () => queues.close(),
  }
}

/** Dies when an event has been applied, before the queue knows. */
function fatefulDatabase(database: LedgerDatabase, fate: Fate): LedgerDatabase {
  return {
    ...database,
    async transaction(work) {
      const result = await database.transaction(work)
      fate.visit('committed')
      return result
    },
  }
}

async function main(plan: CrashPlan): Promise<void> {
  const fate = new Fate(plan.crash)
  const queues = await openQueues({ ...plan.queues, log: silentLog, takeoverMs })
  const platform = { queues: fatefulQueues(queues, fate), newId: () => v7(), now: () => new Date() }
  const counter = await openLedgerDatabase(platform, { service: 'counter', url: plan.counterUrl })
  const ledger = await openLedgerDatabase(platform, { service: 'ledger', url: plan.ledgerUrl })
  let applied = 0
  const writeDown = defineConsumer({
    name: 'write-down',
    event: counted,
    async consume(store: LedgerStore, { aggregateId, aggregateVersion, payload }) {
      await store.ledger.add({ number: payload.number, aggregateId, version: aggregateVersion })
      fate.visit('applied')
      applied += 1
      process.stdout.write('applied\n')
    },
  })
  const shared = { platform, log: silentLog }
  const events = [
    openEvents({ ...shared, service: 'counter', database: counter, consumers: [] }),
    openEvents({
      ...shared,
      service: 'ledger',
      database: fatefulDatabase(ledger, fate),
      consumers: [writeDown],
    }),
  ]
  await Promise.all(events.map((each) => each.start()))
  for (let number = plan.firstNumber; ; number += 1) {
    while (number - plan.firstNumber > applied + longestLead) await delay(1)
    await tell(counter, `counter-${number % 5}`, number)
  }
}

const [, script, plan] = process.argv
if (script?.endsWith('crashing-services.ts') && plan) {
  await main(crashPlanSchema.parse(JSON.parse(plan)))
}
