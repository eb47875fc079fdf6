import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { defineJob, type Job, type JobCall, type JobDefinition } from '../src/jobs/define-job.ts'
import { openJobs } from '../src/jobs/open-jobs.ts'
import { openQueues } from '../src/queues/open-queues.ts'
import type { Queues } from '../src/queues/queues.ts'
import { UnrecoverableError } from '../src/queues/unrecoverable-error.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { type QueuePlace, queueStores } from './queue-stores.ts'

/** What the jobs of these tests work with. */
interface Context {
  readonly ran: unknown[]
}

interface Greeting {
  readonly name: string
  readonly times: number
}

type Greet = Partial<JobDefinition<Greeting, Context>>

const aDay = 86_400_000
const quick = { delayMs: 5, maxDelayMs: 20, jitter: 0.5 }

/** Remembers its input, unless the test wants something else. */
function greet(definition: Greet = {}): Job<Greeting, Context> {
  return defineJob({
    name: 'greet',
    payload: z.object({ name: z.string(), times: z.int() }),
    backoff: quick,
    async run({ context, input }) {
      context.ran.push(input)
    },
    ...definition,
  })
}

describe.each(queueStores('jobs'))('jobs on $name', ({ create }) => {
  let place: QueuePlace
  let queues: Queues
  let services = 0

  beforeAll(async () => {
    place = await create()
    queues = await openQueues({ ...place.address, log: silentLog, takeoverMs: 500 })
  })
  afterAll(async () => {
    await queues.close()
    await place[Symbol.asyncDispose]()
  })

  function newService(): string {
    services += 1
    return `service-${services}`
  }

  /** The jobs of a new service, or of one that is known; what is started stops with the test. */
  function open(jobs: readonly Job<unknown, Context>[], service = newService()) {
    const ran: unknown[] = []
    const opened = openJobs({
      service,
      platform: { queues },
      jobs,
      context: { ran },
      log: silentLog,
    })
    return { service, ran, jobs: opened, [Symbol.asyncDispose]: () => opened.stop() }
  }

  const ada = { name: 'Ada', times: 2 }
  const bob = { name: 'Bob', times: 1 }

  it('run with the input they were enqueued with', async () => {
    const job = greet()
    await using host = open([job])
    await host.jobs.enqueue(job, ada)
    await host.jobs.start()

    await host.jobs.enqueue(job, bob)

    await eventually(() => expect(host.ran).toEqual([ada, bob]))
  })

  it('are not enqueued with an input that breaks the schema', async () => {
    const job = greet()
    await using host = open([job])

    await expect(host.jobs.enqueue(job, { ...ada, times: 0.5 })).rejects.toThrow('times')
    // @ts-expect-error The compiler knows it, too.
    await expect(host.jobs.enqueue(job, { name: 'Ada' })).rejects.toThrow('times')
  })

  it('fail at once when an older version enqueued something that no longer fits', async () => {
    await using host = open([greet()])
    await queues
      .queue(`jobs.${host.service}`)
      .add([{ name: 'greet', data: { input: { name: 'Ada' } }, attempts: 5 }])

    await host.jobs.start()

    await eventually(async () => {
      expect(await host.jobs.failed(10)).toMatchObject([
        { error: 'The payload does not fit the job greet.', attempts: 1 },
      ])
    })
    expect(host.ran).toEqual([])
  })

  it('fail at once when the service has no such job', async () => {
    await using host = open([])
    await host.jobs.enqueue(greet(), ada)

    await host.jobs.start()

    await eventually(async () => {
      expect(await host.jobs.failed(10)).toMatchObject([{ name: 'greet', attempts: 1 }])
    })
  })

  it('are tried again until they succeed', async () => {
    let attempts = 0
    const job = greet({
      attempts: 4,
      async run({ context, input }) {
        attempts += 1
        if (attempts < 4) throw new Error('not yet')
        context.ran.push(input)
      },
    })
    await using host = open([job])
    await host.jobs.start()

    await host.jobs.enqueue(job, ada)

    await eventually(() => expect(host.ran).toEqual([ada]))
    expect(await host.jobs.failed(10)).toEqual([])
  })

  it('fail after their last attempt, and run again when somebody asks for it', async () => {
    let broken = true
    const job = greet({
      attempts: 2,
      async run({ context, input }) {
        if (broken) throw new Error('broken')
        context.ran.push(input)
      },
    })
    await using host = open([job])
    await host.jobs.start()
    await host.jobs.enqueue(job, ada)
    const failed = await eventually(async () => {
      const [first] = await host.jobs.failed(10)
      expect(first).toMatchObject({ error: 'broken', attempts: 2, data: { input: ada } })
      return first
    })
    broken = false

    expect(await host.jobs.retryFailed(failed?.id ?? '')).toBe(true)

    await eventually(() => expect(host.ran).toEqual([ada]))
  })

  it('are not tried again when they are unrecoverable', async () => {
    let attempts = 0
    const job = greet({
      run() {
        attempts += 1
        throw new UnrecoverableError('hopeless')
      },
    })
    await using host = open([job])
    await host.jobs.start()

    await host.jobs.enqueue(job, ada)

    await eventually(async () => {
      expect(await host.jobs.failed(10)).toMatchObject([{ error: 'hopeless' }])
    })
    expect(attempts).toBe(1)
  })

  it('wait for the time they were enqueued for', async () => {
    const job = greet()
    await using host = open([job])
    await host.jobs.start()

    await host.jobs.enqueue(job, ada, { delayMs: aDay })
    await host.jobs.enqueue(job, bob, { delayMs: 20 })

    await eventually(() => expect(host.ran).toEqual([bob]))
    expect(await queues.queue(`jobs.${host.service}`).counts()).toMatchObject({ delayed: 1 })
  })

  it('run once for a deduplication id, and again when they are done', async () => {
    const job = greet()
    const once = { deduplicationId: 'greeting' }
    await using host = open([job])
    await host.jobs.enqueue(job, ada, once)
    await host.jobs.enqueue(job, bob, once)
    await host.jobs.start()
    await eventually(() => expect(host.ran).toEqual([ada]))

    await eventually(async () => {
      await host.jobs.enqueue(job, bob, once)
      expect(host.ran).toContainEqual(bob)
    })
  })

  it('run by their schedule', async () => {
    await using host = open([greet({ schedule: { everyMs: 30, input: ada } })])

    await host.jobs.start()

    await eventually(() => expect(host.ran.length).toBeGreaterThan(2))
    expect(host.ran[0]).toEqual(ada)
  })

  it('share a schedule among processes, and lose it when it is no longer declared', async () => {
    const job = greet({ schedule: { cron: '0 3 * * *', timezone: 'Europe/Berlin', input: ada } })
    await using first = open([job])
    await using second = open([job], first.service)
    await Promise.all([first.jobs.start(), second.jobs.start()])
    const queue = queues.queue(`jobs.${first.service}`)
    expect(await queue.counts()).toMatchObject({ delayed: 1 })

    await using third = open([greet()], first.service)
    await third.jobs.start()

    expect(await queue.scheduleIds()).toEqual([])
    expect(await queue.counts()).toMatchObject({ delayed: 0 })
  })

  it('end before the service has stopped', async () => {
    const started = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const job = greet({
      async run({ context, input }: JobCall<Greeting, Context>) {
        started.resolve()
        await release.promise
        context.ran.push(input)
      },
    })
    await using host = open([job])
    await host.jobs.start()
    await host.jobs.enqueue(job, ada)
    await started.promise

    const stopped = host.jobs.stop()
    release.resolve()
    await stopped

    expect(host.ran).toEqual([ada])
  })

  it('have names of their own, and types that follow from their schema', () => {
    const count = defineJob({
      name: 'count',
      payload: z.object({ to: z.int() }),
      async run({ input, context }: JobCall<{ to: number }, Context>) {
        context.ran.push(input.to)
      },
    })

    expect(() => open([greet(), count])).not.toThrow()
    expect(() => open([greet(), greet()])).toThrow('one name')
  })
})
