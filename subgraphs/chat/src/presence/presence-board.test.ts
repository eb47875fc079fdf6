import { createMemoryPubSub } from '@gravity/shared/pubsub/memory-pubsub'
import type { PubSub } from '@gravity/shared/pubsub/pubsub'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { TestClock } from '@gravity/shared/testing/test-clock'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { believedMs } from './other-processes.ts'
import { lingerMs } from './own-people.ts'
import { awayAfterMs, PresenceBoard } from './presence-board.ts'

const ada = '0199e7a0-1111-7abc-8def-00000000000a'

let clock: TestClock
let pubsub: PubSub
let invisible: Set<string>
let departures: string[]
let here: PresenceBoard
let there: PresenceBoard

/** One process of the platform. */
function openBoard(processId: string): PresenceBoard {
  const board = new PresenceBoard({
    pubsub,
    processId,
    now: () => clock.now(),
    log: silentLog,
    invisibleAmong: async (userIds) => userIds.filter((userId) => invisible.has(userId)),
    onDeparture: (userId) => departures.push(userId),
  })
  board.start()
  return board
}

beforeEach(() => {
  clock = new TestClock()
  pubsub = createMemoryPubSub({ log: silentLog })
  invisible = new Set()
  departures = []
  here = openBoard('here')
  there = openBoard('there')
})

afterEach(async () => {
  await Promise.all([here.stop(), there.stop()])
})

async function isSeen(board: PresenceBoard, status: string): Promise<void> {
  await eventually(() => expect(board.statusOf(ada)).toBe(status))
}

describe('the presence board', () => {
  it('shows in every process who has something open in one of them', async () => {
    here.arrive(ada)

    await isSeen(here, 'online')
    await isSeen(there, 'online')
  })

  it('keeps somebody for a while who has closed everything, and lets them go then', async () => {
    const leave = here.arrive(ada)
    await isSeen(there, 'online')

    leave()
    leave()
    here.tick()
    expect(here.statusOf(ada)).toBe('online')
    clock.advance(lingerMs)
    here.tick()

    expect(here.statusOf(ada)).toBe('offline')
    await isSeen(there, 'offline')
    expect(departures).toEqual([ada])
  })

  it('keeps who is still there through another process', async () => {
    const leave = here.arrive(ada)
    there.arrive(ada)
    await isSeen(here, 'online')
    await isSeen(there, 'online')

    leave()
    clock.advance(lingerMs)
    here.tick()

    expect(here.statusOf(ada)).toBe('online')
  })

  it('believes a process no longer that says nothing more', async () => {
    const changed: string[] = []
    there.watch((userId) => changed.push(userId))
    here.arrive(ada)
    await isSeen(there, 'online')

    await here.stop()
    clock.advance(believedMs)
    there.tick()

    expect(there.statusOf(ada)).toBe('offline')
    expect(changed).toEqual([ada, ada])
  })

  it('tells a process that begins later who is there', async () => {
    here.arrive(ada)
    await isSeen(here, 'online')

    const late = openBoard('late')

    await isSeen(late, 'online')
    await late.stop()
  })

  it('calls those away who do nothing', async () => {
    here.arrive(ada)
    await isSeen(there, 'online')

    clock.advance(awayAfterMs)
    here.tick()
    expect(here.statusOf(ada)).toBe('away')
    here.act(ada)

    expect(here.statusOf(ada)).toBe('online')
    await isSeen(there, 'online')
  })

  it('shows nobody who does not want to be seen, but themselves', async () => {
    invisible.add(ada)
    here.arrive(ada)
    await eventually(() => expect(here.statusOf(ada, { isSelf: true })).toBe('online'))
    expect(here.statusOf(ada)).toBe('offline')

    invisible.delete(ada)
    here.changed(ada)
    await isSeen(there, 'online')
    invisible.add(ada)
    there.changed(ada)

    await isSeen(there, 'offline')
    await isSeen(here, 'offline')
  })
})
