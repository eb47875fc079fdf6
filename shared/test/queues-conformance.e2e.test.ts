import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { GravityError } from '../src/errors/gravity-error.ts'
import { openQueues } from '../src/queues/open-queues.ts'
import type { ActiveJob, Backoff, JobRunner, NewJob, Queue, Queues } from '../src/queues/queues.ts'
import { RetryLaterError } from '../src/queues/retry-later-error.ts'
import { UnrecoverableError } from '../src/queues/unrecoverable-error.ts'
import { eventually } from '../src/testing/eventually.ts'
import { silentLog } from '../src/testing/silent-log.ts'
import { BreakableProxy } from './breakable-proxy.ts'
import { type QueuePlace, queueStores } from './queue-stores.ts'

const quick: Backoff = { delayMs: 5, maxDelayMs: 20, jitter: 0.5 }
const aDay = 86_400_000

const numbersTo = (last: number) => Array.from({ length: last }, (_, index) => `${index + 1}`)

function aJob(word: string, options: Partial<NewJob> = {}): NewJob {
  return { name: 'say', data: { word }, ...options }
}

/** Runs jobs by adding their words to the list. */
function recordIn(ran: string[]): JobRunner {
  return async ({ data }) => {
    ran.push(z.object({ word: z.string() }).parse(data).word)
  }
}

describe.each(queueStores('queues'))('queues on $name', ({ create }) => {
  let place: QueuePlace
  let queues: Queues
  let opened = 0

  beforeAll(async () => {
    place = await create()
    queues = await open()
  })
  afterAll(async () => {
    await queues.close()
    await place[Symbol.asyncDispose]()
  })

  function open(url = place.address.url): Promise<Queues> {
    return openQueues({ ...place.address, url, log: silentLog, takeoverMs: 500 })
  }

  function newQueue(): Queue {
    opened += 1
    return queues.queue(`test.queue-${opened}`)
  }

  /** A worker that ends with the test. */
  function work(queue: Queue, run: JobRunner, concurrency = 1): AsyncDisposable {
    const worker = queues.worker(queue.name, run, { concurrency })
    return { [Symbol.asyncDispose]: () => worker.stop() }
  }

  const jobsTo = (last: number) => numbersTo(last).map((word) => aJob(word))

  async function expectEmpty(queue: Queue): Promise<void> {
    await eventually(async () => {
      expect(await queue.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0 })
    })
  }

  it('runs jobs in the order in which they were added', async () => {
    const queue = newQueue()
    const ran: string[] = []
    await queue.add(jobsTo(20))
    await queue.add([aJob('21')])
    await queue.add([])

    await using _worker = work(queue, recordIn(ran))

    await eventually(() => expect(ran).toEqual(numbersTo(21)))
  })

  it('carries names and data unchanged', async () => {
    const queue = newQueue()
    const ran: Pick<ActiveJob, 'name' | 'data'>[] = []
    const jobs = [{}, ['ünïcødé 😀'], { nested: [{ empty: {} }, 0.5, false, null] }, [], [7]].map(
      (data) => ({ name: 'carry-this', data }),
    )
    await using _worker = work(queue, async ({ name, data }) => void ran.push({ name, data }))

    await queue.add(jobs)

    await eventually(() => expect(ran).toEqual(jobs))
  })

  it('does not add a job whose id is in the queue', async () => {
    const queue = newQueue()
    const job = { id: 'the-one', name: 'count', data: { is: 1 } }

    await queue.add([job])
    await queue.add([job])
    await queue.add([job, { ...job, id: 'another' }])

    expect((await queue.counts()).waiting).toBe(2)
  })

  it('lets a delayed job wait for its time', async () => {
    const queue = newQueue()
    const ran: string[] = []
    await using _worker = work(queue, recordIn(ran))

    await queue.add([aJob('tomorrow', { delayMs: aDay })])
    await queue.add([aJob('soon', { delayMs: 30 })])

    await eventually(() => expect(ran).toEqual(['soon']))
    expect((await queue.counts()).delayed).toBe(1)
    await queue.promoteDelayed()
    await eventually(() => expect(ran).toEqual(['soon', 'tomorrow']))
  })

  it('adds one job for a deduplication id until it is done', async () => {
    const queue = newQueue()
    const ran: string[] = []
    const once = { deduplicationId: 'same' }
    await queue.add([aJob('first', once)])
    await queue.add([aJob('second', once)])
    await using _worker = work(queue, recordIn(ran))
    await expectEmpty(queue)

    await queue.add([aJob('third', once)])

    await eventually(() => expect(ran).toEqual(['first', 'third']))
  })

  it('tries a failing job as often as it may, and keeps it with its error', async () => {
    const queue = newQueue()
    const attempts: number[] = []
    await using _worker = work(queue, async ({ attempt }) => {
      attempts.push(attempt)
      throw new Error(`attempt ${attempt} failed`)
    })

    await queue.add([{ name: 'fail', data: { a: 1 }, attempts: 3, backoff: quick }])

    await eventually(async () => {
      const [failed] = await queue.failed(10)
      expect(failed).toMatchObject({
        name: 'fail',
        data: { a: 1 },
        error: 'attempt 3 failed',
        attempts: 3,
      })
    })
    expect(attempts).toEqual([1, 2, 3])
  })

  it('does not repeat an unrecoverable job before somebody asks for it', async () => {
    const queue = newQueue()
    const attempts: number[] = []
    await using _worker = work(queue, async ({ attempt }) => {
      attempts.push(attempt)
      if (attempts.length === 1) throw new UnrecoverableError('never')
    })
    await queue.add([aJob('fail', { attempts: 5, backoff: quick })])
    const failed = await eventually(async () => {
      const [job] = await queue.failed(10)
      expect(job).toMatchObject({ error: 'never', attempts: 1 })
      return job
    })

    expect(await queue.retryFailed(failed?.id ?? '')).toBe(true)

    await eventually(() => expect(attempts).toEqual([1, 1]))
    await expectEmpty(queue)
    expect(await queue.retryFailed('unknown')).toBe(false)
  })

  it('does not count an attempt that could not be made', async () => {
    const queue = newQueue()
    const attempts: number[] = []
    await using _worker = work(queue, async ({ attempt }) => {
      attempts.push(attempt)
      if (attempts.length < 4) throw new RetryLaterError('not now', { delayMs: 5 })
    })

    await queue.add([aJob('later')])

    await eventually(() => expect(attempts).toEqual([1, 1, 1, 1]))
    await expectEmpty(queue)
  })

  it('gives each job to one of several workers', async () => {
    await using others = new AsyncDisposableStack()
    const queue = newQueue()
    const ran: string[] = []
    for (let each = 0; each < 3; each += 1) {
      const other = others.adopt(await open(), (open) => open.close())
      other.worker(queue.name, recordIn(ran), { concurrency: 4 })
    }

    await queue.add(jobsTo(60))

    await eventually(() => expect(new Set(ran).size).toBe(60))
    await expectEmpty(queue)
    // At least once is the promise: a worker that was held up may lose a job to another. To each of three it is not.
    expect(ran.length).toBeLessThan(120)
  })

  it('runs as many jobs at once as it may', async () => {
    const queue = newQueue()
    const release = Promise.withResolvers<void>()
    let running = 0
    await using _worker = work(
      queue,
      async () => {
        running += 1
        await release.promise
      },
      3,
    )

    await queue.add(jobsTo(5))

    await eventually(async () => {
      expect(await queue.counts()).toMatchObject({ active: 3, waiting: 2 })
    })
    await eventually(() => expect(running).toBe(3))
    release.resolve()
    await eventually(() => expect(running).toBe(5))
  })

  it('repeats a scheduled job', async () => {
    const queue = newQueue()
    const ran: string[] = []
    await queue.schedule({ id: 'often', job: aJob('tick'), when: { everyMs: 40 } })
    await using _worker = work(queue, recordIn(ran))

    await eventually(() => expect(ran.length).toBeGreaterThan(3))
    await queue.unschedule('often')

    expect(await queue.scheduleIds()).toEqual([])
    await expectEmpty(queue)
  })

  it.each([{ everyMs: aDay }, { cron: '0 3 * * *' }])(
    'has one job of a schedule (%j) that several processes arrange at once',
    async (when) => {
      await using resources = new AsyncDisposableStack()
      const opening = numbersTo(4).map(async () =>
        resources.adopt(await open(), (open) => open.close()),
      )
      const all = await Promise.all(opening)

      for (const { name } of numbersTo(8).map(newQueue)) {
        const schedule = { id: 'daily', job: aJob('tick'), when }
        await Promise.all(all.map((each) => each.queue(name).schedule(schedule)))
        const { waiting, delayed } = await queues.queue(name).counts()
        expect(waiting + delayed).toBe(1)
      }
    },
  )

  it('changes a schedule, which may be a cron rule in a time zone', async () => {
    const queue = newQueue()
    const ran: string[] = []
    const job = aJob('cron')
    await queue.schedule({ id: 'a', job: aJob('old'), when: { everyMs: aDay } })
    await expect(queue.schedule({ id: 'b', job, when: { cron: 'at noon' } })).rejects.toThrow()

    await queue.schedule({
      id: 'a',
      job,
      when: { cron: '* * * * * *', timezone: 'Asia/Kathmandu' },
    })
    await using _worker = work(queue, recordIn(ran))

    await eventually(() => expect(ran).toContain('cron'))
    expect(await queue.scheduleIds()).toEqual(['a'])
    await queue.unschedule('a')
  })

  it('finishes the job in flight before it stops, and takes no other', async () => {
    const queue = newQueue()
    const started = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const worker = queues.worker(queue.name, async () => {
      started.resolve()
      await release.promise
    })
    await queue.add(jobsTo(2))
    await started.promise

    const stopped = worker.stop()
    release.resolve()
    await stopped

    expect(await queue.counts()).toMatchObject({ active: 0, waiting: 1 })
  })

  it('gives a job that does not end to another worker, which learns of the death', async () => {
    const queue = newQueue()
    const started = Promise.withResolvers<AbortSignal>()
    const worker = queues.worker(queue.name, async ({ signal }) => {
      started.resolve(signal)
      await new Promise(() => undefined)
    })
    await queue.add(jobsTo(1))
    const signal = await started.promise

    await worker.stop(1)

    expect(signal.aborted).toBe(true)
    const deaths: number[] = []
    await using _worker = work(queue, async (job) => void deaths.push(job.deaths))
    await eventually(() => expect(deaths).toEqual([1]))
  })

  it('says that it is away, and works again by itself when it is back', async () => {
    await using resources = new AsyncDisposableStack()
    const proxy = resources.use(await BreakableProxy.open(place.address.url))
    const distant = resources.adopt(await open(proxy.url), (open) => open.close())
    const queue = distant.queue(newQueue().name)
    const ran: string[] = []
    distant.worker(queue.name, recordIn(ran))
    await queue.add([aJob('before')])
    await eventually(() => expect(ran).toEqual(['before']))

    await proxy.cut()
    await expect(distant.ping()).rejects.toThrow()
    await expect(queue.add([aJob('lost')])).rejects.toThrow(GravityError)
    await proxy.restore()

    await eventually(() => queue.add([aJob('after')]))
    await eventually(() => expect(ran).toEqual(['before', 'after']), { timeoutMs: 20_000 })
  })

  it('hears of a job after its connections were lost while it was idle', async () => {
    await using resources = new AsyncDisposableStack()
    const proxy = resources.use(await BreakableProxy.open(place.address.url))
    const distant = resources.adopt(await open(proxy.url), (open) => open.close())
    const queue = newQueue()
    const ran: string[] = []
    distant.worker(queue.name, recordIn(ran))
    await queue.add([aJob('before')])
    await eventually(() => expect(ran).toEqual(['before']))
    await expectEmpty(queue)

    proxy.drop()
    await queue.add([aJob('after')])

    await eventually(() => expect(ran).toEqual(['before', 'after']), { timeoutMs: 20_000 })
  })
})
