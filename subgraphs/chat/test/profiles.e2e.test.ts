import { peopleTold, profileChanged, profileCreated } from '@gravity/shared/events/contracts/users'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { arrive } from './fixtures.ts'

let chat: TestSubgraph

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

afterAll(() => chat[Symbol.asyncDispose]())

describe('a created profile', () => {
  it('makes the person known, once, when it is delivered twice', async () => {
    const person = aViewer()

    await arrive(chat, person, { times: 2 })

    expect(await chat.sql('select id from known_people where id = $1', [person.userId])).toEqual([
      { id: person.userId },
    ])
    expect(await chat.sql('select 1 from dead_letters')).toEqual([])
  })

  it('is of the contract that users writes', () => {
    expect(profileCreated.consumers).toContain('chat')
  })
})

describe('a changed profile', () => {
  async function nameOf(userId: string): Promise<unknown[]> {
    return chat.sql('select username from known_people where id = $1', [userId])
  }

  async function rename(userId: string, username: string, aggregateVersion: number) {
    await deliverEvent(chat.platform, 'chat', {
      contract: profileChanged,
      payload: { userId, username, displayName: 'Somebody' },
      aggregateId: userId,
      aggregateVersion,
    })
  }

  it('brings the name by which people are mentioned, whatever the order of its events', async () => {
    const { userId } = aViewer()

    await rename(userId, 'newest', 3)
    await eventually(async () => expect(await nameOf(userId)).toEqual([{ username: 'newest' }]))
    await rename(userId, 'older', 2)
    await arrive(chat, aViewer({ userId }))

    expect(await nameOf(userId)).toEqual([{ username: 'newest' }])
    expect(profileChanged.consumers).toContain('chat')
  })
})

describe('the people who were there before', () => {
  it('are asked for once in the life of a database, and part by part', async () => {
    const [earlier, later] = [aViewer(), aViewer()]
    const wishes = () =>
      chat.sql<{ after: string | null }>(
        `select payload ->> 'afterId' as after from outbox
         where name = 'chat.people-wanted.v1' order by position`,
      )
    expect(await wishes()).toEqual([{ after: null }])
    const person = { username: 'ada', displayName: 'Ada', version: 3 }

    for (const { userId } of [earlier, later]) {
      await deliverEvent(chat.platform, 'chat', {
        contract: peopleTold,
        payload: {
          people: [{ ...person, userId }],
          nextAfterId: userId === earlier.userId ? userId : null,
        },
        aggregateId: chat.platform.newId(),
      })
    }

    await eventually(async () => {
      const ids = [earlier.userId, later.userId]
      expect(
        await chat.sql('select id from known_people where id = any($1) and username is not null', [
          ids,
        ]),
      ).toHaveLength(2)
    })
    expect(await wishes()).toEqual([{ after: null }, { after: earlier.userId }])
    await using again = await openTestSubgraph(createSubgraph, { platform: chat.platform })
    expect(again.subgraph.name).toBe('chat')
    expect(await wishes()).toHaveLength(2)
  })
})
