import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countStatements } from '@gravity/shared/testing/count-statements'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { createRoom, history, people, send } from './fixtures.ts'
import { sequencesFrom } from './listener.ts'

let chat: TestSubgraph
let alice: Viewer
let bob: Viewer
let roomId: string

beforeAll(async () => {
  chat = await openTestSubgraph(createSubgraph)
})

beforeEach(async () => {
  const [first = aViewer(), second = aViewer()] = await people(chat, 2)
  alice = first
  bob = second
  roomId = await createRoom(chat, alice, [bob])
})

afterAll(() => chat[Symbol.asyncDispose]())

const page = `query ($id: ID!, $last: Int, $before: String) {
  room(id: $id) {
    messages(last: $last, before: $before) {
      nodes { id sequence body sentAt author { id } room { id } }
      edges { cursor }
      pageInfo { hasPreviousPage startCursor }
    }
  }
}`

interface PageInfo {
  hasPreviousPage: boolean
  startCursor: string | null
}

interface PageData {
  room: {
    messages: {
      nodes: { id: string; sequence: number; body: string; author: { id: string } }[]
      pageInfo: PageInfo
    }
  }
}

describe('Room.messages', () => {
  it('reads back from the end, page by page', async () => {
    for (const _ of sequencesFrom(1, 7)) await send(chat, alice, { roomId })

    const read: number[][] = []
    let before: string | null = null
    do {
      const data: PageData = await chat.answer(page, {
        viewer: alice,
        variables: { id: roomId, last: 3, before },
      })
      const { room } = data
      read.push(room.messages.nodes.map((node) => node.sequence))
      const { hasPreviousPage, startCursor }: PageInfo = room.messages.pageInfo
      before = hasPreviousPage ? startCursor : null
    } while (before)

    expect(read).toEqual([[5, 6, 7], [2, 3, 4], [1]])
  })

  it('takes the latest fifty unless told otherwise, in a fixed number of statements', async () => {
    await history(chat, alice, { roomId, count: 60 })

    let answer: PageData | undefined
    const statements = await countStatements(async () => {
      answer = await chat.answer<PageData>(page, { viewer: bob, variables: { id: roomId } })
    })

    expect(answer?.room.messages.nodes.map((node) => node.sequence)).toEqual(sequencesFrom(11, 60))
    // The room with the viewer's membership, and the messages; authors are references.
    expect(statements).toBe(2)
  })

  it.each([{ last: 0 }, { last: 101 }, { before: 'x' }, { before: '\u0000' }])(
    'refuses %j',
    async (variables) => {
      const { errors } = await chat.ask(page, {
        viewer: alice,
        variables: { id: roomId, ...variables },
      })

      expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT')
    },
  )
})

describe('Message', () => {
  const entities = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      ... on Message { id body clientMessageId room { id name memberCount } }
    }
  }`

  it('is found by its reference only for members of its room', async () => {
    const { id } = await send(chat, alice, { roomId, clientMessageId: 'mine', body: 'Hello' })
    const representations = [id, id.toUpperCase(), chat.platform.newId(), 'nonsense'].map(
      (key) => ({
        __typename: 'Message',
        id: key,
      }),
    )
    const message = { id, body: 'Hello', room: { id: roomId, name: 'A room', memberCount: 2 } }

    expect(await chat.answer(entities, { viewer: bob, variables: { representations } })).toEqual({
      _entities: [
        { ...message, clientMessageId: null },
        { ...message, clientMessageId: null },
        null,
        null,
      ],
    })
    expect(
      await chat.answer(entities, { viewer: alice, variables: { representations } }),
    ).toMatchObject({ _entities: [{ clientMessageId: 'mine' }, {}, null, null] })
    expect(
      await chat.answer(entities, { viewer: aViewer(), variables: { representations } }),
    ).toEqual({ _entities: [null, null, null, null] })
  })

  it('is null or refused for the anonymous', async () => {
    const { id } = await send(chat, alice, { roomId })
    const representations = [{ __typename: 'Message', id }]

    const { data } = await chat.ask(entities, { viewer: null, variables: { representations } })

    expect(data?.['_entities'] ?? [null]).toEqual([null])
  })
})
