import { eventually } from '@gravity/shared/testing/eventually'
import { expect, it } from '@jest/globals'
import { arrives, listens } from './person.ts'
import { startAsManyProcesses, startAsOneProcess } from './running-gravity.ts'

const inbox = `subscription {
  inbox {
    __typename
    ... on InboxRoomAdded { room { id } }
    ... on InboxMessage { message { body author { displayName } } room { unreadCount } }
  }
}`

const open = `mutation ($ids: [ID!]!) {
  createRoom(input: { memberIds: $ids }) { ... on Room { id } }
}`

const say = `mutation ($id: ID!) {
  sendMessage(input: { roomId: $id, clientMessageId: "1", body: "Hi Bob" }) { __typename }
}`

it.each([
  ['one process', startAsOneProcess],
  ['many processes', startAsManyProcesses],
])(
  'tells a person of a new room and what is said there, and others that they are there: %s',
  async (name, start) => {
    const gravity = await start()
    if (!gravity) {
      console.warn(`SKIPPED: the inbox in ${name}, because there is no redis-server.`)
      return
    }
    const ada = await arrives(gravity.url, 'Ada Inbox')
    const bob = await arrives(gravity.url, 'Bob Inbox')
    const socket = bob.socket()
    const { received } = listens<object>(socket, inbox, {})
    await eventually(async () => {
      const { data } = await bob.ask('{ me { presence { status } } }')
      expect(data).toEqual({ me: { presence: { status: 'ONLINE' } } })
    })

    const { data } = await ada.ask<{ createRoom: { id: string } }>(open, { ids: [bob.id] })
    const { id } = data.createRoom
    await eventually(() => expect(received).toHaveLength(1))
    await ada.ask(say, { id })

    await eventually(() => expect(received).toHaveLength(2))
    expect(received).toEqual([
      { inbox: { __typename: 'InboxRoomAdded', room: { id } } },
      {
        inbox: {
          __typename: 'InboxMessage',
          message: { body: 'Hi Bob', author: { displayName: 'Ada Inbox' } },
          room: { unreadCount: 1 },
        },
      },
    ])
    const seen = await ada.ask('query ($id: ID!) { user(id: $id) { presence { status } } }', {
      id: bob.id,
    })
    expect(seen.data).toEqual({ user: { presence: { status: 'ONLINE' } } })
    await socket.dispose()
    await gravity.stop()
  },
  120_000,
)
