import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { bob, follow, openFeed, StoredRoom, upTo } from '../../test/stored-room.ts'
import { MessageStream } from './message-stream.ts'
import { windowSize } from './room-feed.ts'

describe('MessageStream', () => {
  it('replays what is older than the window from the database, once for all who ask', async () => {
    const room = new StoredRoom()
    for (const _ of upTo(3 * windowSize)) room.send()
    const feed = await openFeed(room)

    const followers = upTo(50).map(() => follow(feed, bob, 20))

    await eventually(() => {
      for (const { sequences } of followers) {
        expect(sequences).toEqual(upTo(3 * windowSize).slice(20))
      }
    })
    expect(room.statements).toBeLessThanOrEqual(5)
  })

  it('queues nothing for a reader who is slow', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const slow = new MessageStream({
      lease: { feed, release: () => undefined },
      userId: bob,
      after: 0,
    })
    for (const _ of upTo(5 * windowSize)) feed.accept(room.send())

    const read: (number | undefined)[] = []
    for (const _ of upTo(5 * windowSize)) read.push((await slow.next()).value?.sequence)

    expect(read).toEqual(upTo(5 * windowSize))
  })

  it('hands out each message once when it is asked several times at once', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const lease = { feed, release: () => undefined }
    const stream = new MessageStream({ lease, userId: bob, after: 0 })

    const steps = Promise.all([stream.next(), stream.next(), stream.next()])
    for (const _ of upTo(3)) feed.accept(room.send())

    expect((await steps).map((step) => step.value?.sequence)).toEqual([1, 2, 3])
  })

  it('lets go of the feed at return, also while somebody waits for the next message', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const follower = follow(feed, bob, 0)

    await follower.stream.return()
    await follower.stream.return()
    await follower.reading

    expect(follower.released).toBe(1)
    expect(await follower.stream.next()).toEqual({ done: true, value: undefined })
  })

  it('asks its reader to come back when the process stops', async () => {
    const feed = await openFeed(new StoredRoom())
    const follower = follow(feed, bob, 0)

    feed.end()

    await expect(follower.reading).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' })
    expect(follower.released).toBe(1)
  })
})
