import { freePort } from '@gravity/shared/postgres/free-port'
import type { Bench } from './bench.ts'
import { openBenchPlatform } from './bench-platform.ts'
import { type Incident, type LiveOutcome, tellLiveStory } from './live-story.ts'
import { registerPeople } from './people.ts'
import { movePinned } from './pinning.ts'
import { progress, report } from './report.ts'

export interface RestartsOptions extends Pick<Bench, 'cores'> {
  readonly people: number
  readonly socketsPerPerson: number
  readonly seconds: number
  readonly messagesPerSecond: number
  /** Is told what happens. */
  readonly tell?: (line: string) => void
  readonly signal?: AbortSignal
}

/** How long it may take, in seconds; a machine that has nothing else to do needs a third of it. */
const mostSeconds = 600

/**
 * 2,000 sockets listen in two rooms, by a subscription per room or by their inbox, while members leave and come back, the
 * router is killed and started again, and so is PostgreSQL. Everybody must get every message of their rooms exactly once
 * and in order, and nobody a message of a room of which they are no member.
 */
export async function benchLiveRestarts({ cores, quick }: Bench): Promise<void> {
  const outcome = await surviveRestarts({
    cores,
    // 100 members, and five who are none.
    people: 105,
    socketsPerPerson: quick ? 4 : 20,
    seconds: quick ? 25 : 60,
    messagesPerSecond: quick ? 5 : 3,
    tell: progress,
    signal: AbortSignal.timeout(mostSeconds * 1_000),
  })
  const { sockets, messages, expected, delivered, lost, duplicated, outOfOrder } = outcome
  await report('live-restarts', [
    {
      sockets,
      messages,
      'deliveries due': expected,
      delivered,
      lost,
      duplicated,
      'out of order': outOfOrder,
      'to non-members': outcome.toNonMembers,
      'sockets of non-members': outcome.outsiderSockets,
      'members left and came back': outcome.departures,
      'subscriptions begun again': outcome.returns,
    },
  ])
  if (lost + duplicated + outOfOrder + outcome.toNonMembers > 0) {
    throw new Error('Live delivery was not faultless; see the table.')
  }
}

/** Tells the story on a platform of its own in one process, with both restarts in the middle. */
export async function surviveRestarts(options: RestartsOptions): Promise<LiveOutcome> {
  const { cores, people: count, tell = () => undefined, ...story } = options
  await using platform = await openBenchPlatform({ cores })
  const port = await freePort()
  let gravity = await platform.startOneProcess({}, port)
  movePinned(cores.all, [gravity.pid])
  const people = await registerPeople(gravity.url, count)
  const restartRouter: Incident = {
    name: 'router',
    after: 0.3,
    async run() {
      tell('The router, with everything in its process, is killed and started again …')
      process.kill(gravity.pid, 'SIGKILL')
      await gravity.stop()
      gravity = await platform.startOneProcess({}, port)
      movePinned(cores.all, [gravity.pid])
    },
  }
  const restartDatabase: Incident = {
    name: 'database',
    after: 0.65,
    async run() {
      tell('PostgreSQL is killed; its supervisor starts it again …')
      const [postmaster] = await platform.databasePids()
      if (postmaster === undefined) throw new Error('There is no PostgreSQL to restart.')
      process.kill(postmaster, 'SIGKILL')
    },
  }
  const incidents = [restartRouter, restartDatabase]
  return await tellLiveStory({ ...story, url: gravity.url, people, incidents })
}
