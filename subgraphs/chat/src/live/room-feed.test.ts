import { eventually } from '@gravity/shared/testing/eventually'
import { describe, expect, it } from '@jest/globals'
import { alice, bob, follow, openFeed, StoredRoom, upTo } from '../../test/stored-room.ts'
import { MessageStream } from './message-stream.ts'

describe('RoomFeed', () => {
  it('reads the database never while hints come in order, whatever the number of subscribers', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const followers = Array.from({ length: 1_000 }, () => follow(feed, bob, 0))

    for (const _ of upTo(20)) feed.accept(room.send())

    await eventually(() => {
      for (const { sequences } of followers) expect(sequences).toEqual(upTo(20))
    })
    expect(room.statements).toBe(0)
  })

  it('is in order and complete when hints come twice, late, mixed up or never', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const { sequences } = follow(feed, bob, 0)
    const hints = upTo(60).map(() => room.send())

    for (const index of [3, 1, 0, 3, 2, 59, 10, 9, 59, 11, 0, 58]) feed.accept(hints[index])

    await eventually(() => expect(sequences).toEqual(upTo(60)))
    for (const hint of hints) feed.accept(hint)
    feed.accept(room.send())
    await eventually(() => expect(sequences).toEqual(upTo(61)))
  })

  it('takes hints that come while it reads without reading once more', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const { sequences } = follow(feed, bob, 0)
    room.send()
    const reading = feed.catchUp()
    await Promise.resolve()

    feed.accept(room.send())
    feed.accept(room.send())
    await reading

    expect(room.statements).toBe(3)
    await eventually(() => expect(sequences).toEqual(upTo(3)))
  })

  it('repairs lost hints when it is compared with the room', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const { sequences } = follow(feed, bob, 0)
    for (const _ of upTo(250)) room.send()

    feed.compare(room.position)

    await eventually(() => expect(sequences).toEqual(upTo(250)))
  })

  it('goes on after the database was away', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const { sequences } = follow(feed, bob, 0)
    room.send()
    room.away = true
    feed.accept(room.send())
    await expect(feed.catchUp()).rejects.toThrow('away')

    room.away = false
    feed.accept(room.send())

    await eventually(() => expect(sequences).toEqual(upTo(3)))
  })

  it.each([null, 'x', {}, { kind: 'message' }, { kind: 'later', membersVersion: 1 }])(
    'ignores the hint %j',
    async (hint) => {
      const room = new StoredRoom()
      const feed = await openFeed(room)

      feed.accept(hint)
      feed.accept(room.send())

      expect(feed.messages.after(0)?.sequence).toBe(1)
    },
  )

  it('survives a hint of a message that does not exist', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const forged = room.send()
    room.messages = []
    room.latestSequence = 0
    const { sequences } = follow(feed, bob, 0)

    feed.accept({ ...forged, message: { ...forged.message, sequence: 900 } })
    await feed.catchUp()
    feed.accept(room.send())

    await eventually(() => expect(sequences).toEqual([1]))
  })
})

describe('membership at delivery', () => {
  it('ends the stream of who leaves, and of nobody else', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const leaving = follow(feed, bob, 0)
    const staying = follow(feed, alice, 0)
    feed.accept(room.send())
    await eventually(() => expect(leaving.sequences).toEqual([1]))

    feed.accept(room.leave(bob))
    await leaving.reading
    feed.accept(room.send())

    await eventually(() => expect(staying.sequences).toEqual([1, 2]))
    expect(leaving.sequences).toEqual([1])
    expect(leaving.released).toBe(1)
    expect(room.statements).toBe(0)
  })

  it('keeps a message sent after somebody left from them when its hint overtakes', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const leaving = follow(feed, bob, 0)
    const staying = follow(feed, alice, 0)
    const left = room.leave(bob)
    const sent = room.send()

    feed.accept(sent)
    await eventually(() => expect(staying.sequences).toEqual([1]))
    feed.accept(left)
    await leaving.reading

    expect(leaving.sequences).toEqual([])
  })

  it('keeps it from them also when both happen during a reading', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const leaving = follow(feed, bob, 0)
    const staying = follow(feed, alice, 0)
    room.send()
    room.afterRead = () => {
      room.afterRead = undefined
      room.leave(bob)
      feed.accept(room.send())
    }

    await feed.catchUp()
    await leaving.reading

    await eventually(() => expect(staying.sequences).toEqual([1, 2]))
    expect(leaving.sequences).toEqual([1])
  })

  it('keeps it from them also when the hint of leaving was lost', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const leaving = follow(feed, bob, 0)
    room.leave(bob)
    room.send()

    feed.compare(room.position)
    await leaving.reading

    expect(leaving.sequences).toEqual([])
  })

  it('knows a member whose hint is still on its way', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    room.memberIds.push('carla')
    room.membersVersion += 1

    await feed.reach(room.position)

    expect(feed.isMember('carla')).toBe(true)
  })
})

describe('a message that changes', () => {
  it('reaches those who listen to changes without a statement, each change once', async () => {
    const room = new StoredRoom()
    for (const _ of upTo(3)) room.send()
    const feed = await openFeed(room)
    const { messages } = follow(feed, bob, { changesAfter: 0 })

    for (const [sequence, body] of [[2, 'a'] as const, [1, 'b'] as const, [2, 'c'] as const]) {
      const hint = room.change(sequence, body)
      feed.accept(hint)
      feed.accept(hint)
      await eventually(() => expect(messages.at(-1)?.changed).toBe(room.latestChange))
    }

    expect(messages.map(({ sequence, body }) => [sequence, body])).toEqual([
      [2, 'a'],
      [1, 'b'],
      [2, 'c'],
    ])
    expect(room.statements).toBe(0)
  })

  it('comes as it is now to who was away, in the order of the latest changes', async () => {
    const room = new StoredRoom()
    for (const _ of upTo(300)) room.send()
    for (const sequence of upTo(300)) room.change(sequence, 'once')
    for (const sequence of [7, 5, 7]) room.change(sequence, null)
    const feed = await openFeed(room)

    const { messages } = follow(feed, bob, { changesAfter: 0 })

    await eventually(() => expect(messages.length).toBe(300))
    const numbers = messages.map(({ changed }) => changed)
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other))
    expect(messages.slice(-2).map(({ sequence, body }) => [sequence, body])).toEqual([
      [5, null],
      [7, null],
    ])
  })

  it('is repaired by a comparison when its hint was lost', async () => {
    const room = new StoredRoom()
    room.send()
    const feed = await openFeed(room)
    const { messages } = follow(feed, bob, { changesAfter: 0 })
    room.change(1, null)

    feed.compare(room.position)

    await eventually(() => expect(messages).toMatchObject([{ sequence: 1, body: null }]))
    expect(feed.messages.after(0)?.body).toBeNull()
  })

  it('is not delivered as it was, neither from the window nor from a replay that was read before', async () => {
    const room = new StoredRoom()
    for (const _ of upTo(250)) room.send('secret')
    const feed = await openFeed(room)
    const stream = new MessageStream({
      lease: { feed, release: () => undefined },
      userId: bob,
      after: 0,
    })
    const read = [(await stream.next()).value]

    for (const sequence of [2, 50, 249]) feed.accept(room.change(sequence, null))
    for (const _ of upTo(249)) read.push((await stream.next()).value)

    expect(read.map((message) => message?.sequence)).toEqual(upTo(250))
    expect(read.filter((message) => message?.body === null).length).toBe(3)
  })

  it('does not come back as it was when the hint of its sending is late', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const { messages } = follow(feed, bob, 0)
    const sent = room.send('secret')

    feed.accept(room.change(1, null))
    feed.accept(sent)

    await eventually(() => expect(messages).toMatchObject([{ sequence: 1, body: null }]))
  })

  it('goes on behind what was removed, whatever is left of it', async () => {
    const room = new StoredRoom()
    for (const _ of upTo(30)) room.send()
    room.change(30, 'as it is now')
    room.remove(30, [7])
    const feed = await openFeed(room)
    const { sequences } = follow(feed, bob, 0)

    feed.compare(room.position)
    expect(room.statements).toBe(0)
    feed.accept(room.send())

    await eventually(() => expect(sequences).toEqual([7, 31]))
    expect(room.statements).toBe(0)
  })

  it.each([true, false])('shows nobody what was removed, told (%s) or not', async (isTold) => {
    const room = new StoredRoom()
    for (const _ of upTo(20)) room.send()
    const feed = await openFeed(room)

    const hint = room.remove(15)
    if (isTold) feed.accept(hint)
    else feed.compare(room.position)
    await feed.catchUp()
    const { sequences } = follow(feed, bob, 0)
    feed.accept(room.send())

    await eventually(() => expect(sequences).toEqual([16, 17, 18, 19, 20, 21]))
  })

  it('shows a newcomer nothing of before, in either order of messages', async () => {
    const room = new StoredRoom()
    for (const _ of upTo(5)) room.send()
    room.visibleAfter.set(bob, 3)
    const feed = await openFeed(room)
    const messages = follow(feed, bob, 0)
    const changes = follow(feed, bob, { changesAfter: 0 })

    feed.accept(room.change(2, 'not for Bob'))
    feed.accept(room.change(4, 'for all'))

    await eventually(() => expect(changes.sequences).toEqual([4]))
    expect(messages.sequences).toEqual([4, 5])
  })

  it('hides from who comes back what was said while they were away', async () => {
    const room = new StoredRoom()
    const feed = await openFeed(room)
    const { sequences } = follow(feed, bob, 0)
    feed.accept(room.send())
    await eventually(() => expect(sequences).toEqual([1]))

    room.leave(bob)
    room.send()
    room.join(bob, 2)
    await feed.catchUp()
    feed.accept(room.send())

    await eventually(() => expect(sequences).toEqual([1, 3]))
  })
})
