import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countStatements } from '@gravity/shared/testing/count-statements'
import { describe, expect, it } from '@jest/globals'
import { inChatRoom } from './chat-room.ts'
import { history, send } from './fixtures.ts'
import { sequencesFrom } from './listener.ts'

const here = inChatRoom()

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
    for (const _ of sequencesFrom(1, 7)) await send(here.chat, here.alice, { roomId: here.roomId })

    const read: number[][] = []
    let before: string | null = null
    do {
      const data: PageData = await here.chat.answer(page, {
        viewer: here.alice,
        variables: { id: here.roomId, last: 3, before },
      })
      const { room } = data
      read.push(room.messages.nodes.map((node) => node.sequence))
      const { hasPreviousPage, startCursor }: PageInfo = room.messages.pageInfo
      before = hasPreviousPage ? startCursor : null
    } while (before)

    expect(read).toEqual([[5, 6, 7], [2, 3, 4], [1]])
  })

  it('takes the latest fifty unless told otherwise, in a fixed number of statements', async () => {
    await history(here.chat, here.alice, { roomId: here.roomId, count: 60 })

    let answer: PageData | undefined
    const statements = await countStatements(async () => {
      answer = await here.chat.answer<PageData>(page, {
        viewer: here.bob,
        variables: { id: here.roomId },
      })
    })

    expect(answer?.room.messages.nodes.map((node) => node.sequence)).toEqual(sequencesFrom(11, 60))
    // The room with the viewer's membership, and the messages; authors are references.
    expect(statements).toBe(2)
  })

  it.each([{ last: 0 }, { last: 101 }, { before: 'x' }, { before: '\u0000' }])(
    'refuses %j',
    async (variables) => {
      const { errors } = await here.chat.ask(page, {
        viewer: here.alice,
        variables: { id: here.roomId, ...variables },
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
    const { id } = await send(here.chat, here.alice, {
      roomId: here.roomId,
      clientMessageId: 'mine',
      body: 'Hello',
    })
    const representations = [id, id.toUpperCase(), here.chat.platform.newId(), 'nonsense'].map(
      (key) => ({
        __typename: 'Message',
        id: key,
      }),
    )
    const message = { id, body: 'Hello', room: { id: here.roomId, name: 'A room', memberCount: 3 } }

    expect(
      await here.chat.answer(entities, { viewer: here.bob, variables: { representations } }),
    ).toEqual({
      _entities: [
        { ...message, clientMessageId: null },
        { ...message, clientMessageId: null },
        null,
        null,
      ],
    })
    expect(
      await here.chat.answer(entities, { viewer: here.alice, variables: { representations } }),
    ).toMatchObject({ _entities: [{ clientMessageId: 'mine' }, {}, null, null] })
    expect(
      await here.chat.answer(entities, { viewer: aViewer(), variables: { representations } }),
    ).toEqual({ _entities: [null, null, null, null] })
  })

  it('is null or refused for the anonymous', async () => {
    const { id } = await send(here.chat, here.alice, { roomId: here.roomId })
    const representations = [{ __typename: 'Message', id }]

    const { data } = await here.chat.ask(entities, { viewer: null, variables: { representations } })

    expect(data?.['_entities'] ?? [null]).toEqual([null])
  })
})
