import { demoPeople } from '@gravity/shared/demo/demo-people'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph, { seed: 'demo' })
})

afterAll(() => users[Symbol.asyncDispose]())

function demoPerson(name: string) {
  const userId = demoPeople.find(({ email }) => email === `${name}@gravity.local`)?.id ?? ''
  const viewer = aViewer({ userId })
  return {
    id: userId,
    answer: <Data>(document: string) => users.answer<Data>(document, { viewer }),
  }
}

describe('the demo people', () => {
  it('follow each other, so that there is something to see', async () => {
    const { me, activityFeed } = await demoPerson('alice').answer<{
      me: object
      activityFeed: { nodes: object[] }
    }>(`{
      me { displayName followerCount followingCount }
      activityFeed(first: 50) { nodes { kind actor { displayName } subject { displayName } } }
    }`)

    expect(me).toEqual({ displayName: 'Alice Moreau', followerCount: 6, followingCount: 6 })
    expect(activityFeed.nodes).toContainEqual({
      kind: 'FOLLOWED',
      actor: { displayName: 'Bob Fischer' },
      subject: { displayName: 'Alice Moreau' },
    })
  })

  it('have a private account among them, and somebody who asks', async () => {
    expect(
      await demoPerson('noor').answer('{ followRequests { nodes { person { username } } } }'),
    ).toEqual({
      followRequests: {
        nodes: [{ person: { username: 'oskarnowak' } }, { person: { username: 'alicemoreau' } }],
      },
    })
  })
})
