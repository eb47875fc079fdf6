import { peopleWanted } from '@gravity/shared/events/contracts/chat'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

interface Part {
  readonly people: readonly { readonly userId: string; readonly username: string }[]
  readonly nextAfterId: string | null
}

it('tells whoever wants to know who there is, part by part, each person once', async () => {
  await users.sql(
    `insert into profiles (id, username, display_name, joined_at)
     select gen_random_uuid(), 'person_' || place, 'Person', now() from generate_series(1, 205) as place`,
  )
  const parts = async () => {
    const rows = await users.sql<{ payload: Part }>(
      `select payload from outbox where name = 'users.people-told.v1' order by position`,
    )
    return rows.map(({ payload }) => payload)
  }
  const want = (afterId: string | null) =>
    deliverEvent(users.platform, 'users', {
      contract: peopleWanted,
      payload: { afterId },
      aggregateId: users.platform.newId(),
      times: 2,
    })

  await want(null)
  await eventually(async () => expect(await parts()).toHaveLength(1))
  const [first] = await parts()
  await want(first?.nextAfterId ?? null)
  await eventually(async () => expect(await parts()).toHaveLength(2))

  const told = await parts()
  expect(told.map(({ people }) => people.length)).toEqual([200, 5])
  expect(told[1]?.nextAfterId).toBeNull()
  expect(new Set(told.flatMap(({ people }) => people.map(({ userId }) => userId))).size).toBe(205)
})
