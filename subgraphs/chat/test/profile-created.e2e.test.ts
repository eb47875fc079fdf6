import { profileCreated } from '@gravity/shared/events/contracts/users'
import { aViewer } from '@gravity/shared/testing/a-viewer'
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
