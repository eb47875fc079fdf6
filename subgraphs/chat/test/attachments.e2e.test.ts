import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { change } from './changes.ts'
import { inChatRoom } from './chat-room.ts'
import { collect } from './collect.ts'

const here = inChatRoom()

const picture = {
  url: 'https://files.example.org/a/umbrella.png',
  name: 'umbrella.png',
  mediaType: 'image/png',
  sizeInBytes: 48_213,
  width: 640,
  height: 480,
}
const paper = {
  url: 'https://files.example.org/b/plan.pdf',
  name: 'Plan (final).pdf',
  mediaType: 'application/pdf',
  sizeInBytes: 0,
  width: null,
  height: null,
}
const fields = 'attachments { url name mediaType sizeInBytes width height }'

interface Sent {
  readonly __typename: string
  readonly id: string
  readonly body: string | null
  readonly attachments: readonly object[]
}

let messages = 0

async function post(viewer: Viewer, attachments: readonly object[], body = ''): Promise<Sent> {
  messages += 1
  const input = { roomId: here.roomId, clientMessageId: `files-${messages}`, body, attachments }
  const data = await here.chat.answer<{ sendMessage: Sent }>(
    `mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) {
        __typename
        ... on Message { id body ${fields} }
        ... on InvalidInput { field }
      }
    }`,
    { viewer, variables: { input } },
  )
  return data.sendMessage
}

describe('attachments', () => {
  it('belong to a message, which need not say anything else', async () => {
    const { chat, alice, bob, roomId } = here
    const stream = await chat.listen(
      `subscription ($roomId: ID!) { messageAdded(roomId: $roomId) { body ${fields} } }`,
      { viewer: bob, variables: { roomId } },
    )
    await using live = collect(stream)

    await post(alice, [picture, { ...paper, mediaType: 'Application/PDF' }])

    await live.received(1)
    expect(live.events).toEqual([{ messageAdded: { body: '', attachments: [picture, paper] } }])
  })

  it('stay when the text is edited and go when the message is withdrawn', async () => {
    const { chat, alice } = here
    const { id: messageId } = await post(alice, [picture], 'Look')
    const read = `query ($id: ID!) { message(id: $id) { body ${fields} } }`
    const seen = () => chat.answer(read, { viewer: alice, variables: { id: messageId } })

    await change({ chat, viewer: alice }, 'editMessage', { messageId, body: 'Look here' })
    expect(await seen()).toEqual({ message: { body: 'Look here', attachments: [picture] } })
    await change({ chat, viewer: alice }, 'redactMessage', { messageId })

    expect(await seen()).toEqual({ message: { body: null, attachments: [] } })
    expect(await chat.sql('select attachments from messages where id = $1', [messageId])).toEqual([
      { attachments: [] },
    ])
  })

  it.each([
    ['another protocol', { url: 'http://files.example.org/a.png' }],
    ['a password', { url: 'https://me:secret@files.example.org/a.png' }],
    ['no address', { url: 'a.png' }],
    ['no name', { name: ' ' }],
    ['a name of two lines', { name: 'a\nb' }],
    ['no media type', { mediaType: 'picture' }],
    ['a negative size', { sizeInBytes: -1 }],
    ['half a size', { height: null }],
    ['no height', { height: 0 }],
    ['a size of something without one', { mediaType: 'text/plain' }],
  ])('are refused with %s', async (_name, wrong) => {
    expect(await post(here.alice, [{ ...picture, ...wrong }])).toEqual({
      __typename: 'InvalidInput',
      field: 'attachments',
    })
  })

  it('are ten at most, and none is not a message', async () => {
    const { alice } = here
    expect(
      await post(
        alice,
        Array.from({ length: 10 }, () => picture),
      ),
    ).toMatchObject({
      __typename: 'Message',
    })
    expect(
      await post(
        alice,
        Array.from({ length: 11 }, () => picture),
      ),
    ).toMatchObject({
      field: 'attachments',
    })
    expect(await post(alice, [])).toMatchObject({ field: 'body' })
  })
})
