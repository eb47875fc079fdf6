import { aViewer } from '@gravity/shared/testing/a-viewer'
import { countStatements } from '@gravity/shared/testing/count-statements'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { change } from './changes.ts'
import { inChatRoom } from './chat-room.ts'
import { createRoom, leave, type RoomPageData, readPages, send } from './fixtures.ts'

const here = inChatRoom()

const document = `query ($text: String!, $filter: MessageFilterInput, $first: Int, $after: String) {
  searchMessages(text: $text, filter: $filter, first: $first, after: $after) {
    edges { node { id body } highlights { start length } }
    nodes { id }
    pageInfo { hasNextPage endCursor }
  }
}`

interface Found extends RoomPageData {
  readonly edges: readonly {
    readonly node: { readonly body: string }
    readonly highlights: readonly { readonly start: number; readonly length: number }[]
  }[]
}

async function search(viewer: Viewer, text: string, more: object = {}): Promise<Found> {
  const data = await here.chat.answer<{ searchMessages: Found }>(document, {
    viewer,
    variables: { text, ...more },
  })
  return data.searchMessages
}

async function found(viewer: Viewer, text: string, filter?: object): Promise<string[]> {
  return (await search(viewer, text, { filter })).edges.map(({ node }) => node.body)
}

describe('searchMessages', () => {
  it('finds words, and misspelt ones behind them, the latest first', async () => {
    const { chat, alice, bob, roomId } = here
    for (const body of ['The umbrella is here', 'Which umbrela?', 'The umbrella again', 'Rain']) {
      await send(chat, alice, { roomId, body })
    }

    expect(await found(bob, 'UMBRELLA')).toEqual([
      'The umbrella again',
      'The umbrella is here',
      'Which umbrela?',
    ])
  })

  it('says which part of the text it found', async () => {
    const { chat, alice, bob, roomId } = here
    await send(chat, alice, { roomId, body: '👋 Żółta zupa, and zups' })

    const { edges } = await search(bob, 'zupa')

    const [{ node, highlights } = { node: { body: '' }, highlights: [] }] = edges
    expect(highlights.map(({ start, length }) => node.body.slice(start, start + length))).toEqual([
      'zupa',
      'zups',
    ])
  })

  it('shows what the viewer may read, and nothing else', async () => {
    const { chat, alice, bob, carla, roomId } = here
    const other = await createRoom(chat, alice, [carla])
    await send(chat, alice, { roomId: other, body: 'secret plan' })
    const withdrawn = await send(chat, alice, { roomId, body: 'plan withdrawn' })
    await change({ chat, viewer: alice }, 'redactMessage', { messageId: withdrawn.id })
    await send(chat, alice, { roomId, body: 'open plan' })

    expect(await found(bob, 'plan')).toEqual(['open plan'])
    expect(await found(carla, 'plan')).toEqual(['open plan', 'secret plan'])
    expect(await found(aViewer(), 'plan')).toEqual([])
    await leave(chat, carla, other)
    expect(await found(carla, 'plan')).toEqual(['open plan'])
  })

  it('does not find what was said before the viewer came, where a room shows no past', async () => {
    const { chat, alice, bob, roomId } = here
    await send(chat, alice, { roomId, body: 'old story' })
    await send(chat, alice, { roomId, body: 'new story' })
    await chat.sql('update memberships set visible_after = 1 where room_id = $1 and user_id = $2', [
      roomId,
      bob.userId,
    ])

    expect(await found(bob, 'story')).toEqual(['new story'])
  })

  it('finds an edited message by what it says now', async () => {
    const { chat, alice, bob, roomId } = here
    const sent = await send(chat, alice, { roomId, body: 'meet on Monday' })
    await change({ chat, viewer: alice }, 'editMessage', { messageId: sent.id, body: 'on Friday' })

    expect(await found(bob, 'monday')).toEqual([])
    expect(await found(bob, 'friday')).toEqual(['on Friday'])
  })

  it('keeps to the filter', async () => {
    const { chat, alice, bob, carla, roomId } = here
    const other = await createRoom(chat, alice, [bob])
    await send(chat, alice, { roomId, body: 'tea one' })
    await send(chat, carla, { roomId, body: 'tea two' })
    await send(chat, alice, { roomId: other, body: 'tea three' })
    await chat.sql(
      `update messages set sent_at = '2026-01-01T00:00:00Z' where room_id = $1 and sequence = 1`,
      [roomId],
    )

    expect(await found(bob, 'tea', { roomId: other.toUpperCase() })).toEqual(['tea three'])
    expect(await found(bob, 'tea', { roomId, authorId: carla.userId })).toEqual(['tea two'])
    expect(await found(bob, 'tea', { sentBefore: '2026-02-01T00:00:00Z' })).toEqual(['tea one'])
    expect(await found(bob, 'tea', { sentSince: '2026-02-01T00:00:00Z' })).toHaveLength(2)
    expect(await found(bob, 'tea', { hasAttachments: true })).toEqual([])
    expect(await found(bob, 'tea', { roomId: 'nowhere' })).toEqual([])
  })

  it('leads from page to page', async () => {
    const { chat, alice, bob, roomId } = here
    const ids: string[] = []
    for (const body of ['pear', 'pear', 'paer', 'pear', 'pear']) {
      ids.unshift((await send(chat, alice, { roomId, body })).id)
    }

    const read = await readPages((after) => search(bob, 'pear', { first: 2, after }))

    expect(read.slice(0, 4)).toEqual(ids.filter((_, index) => index !== 2))
  })

  it('costs one statement, whatever it finds', async () => {
    const { chat, alice, bob, roomId } = here
    for (const body of ['kiwi', 'kiwi kiwi']) await send(chat, alice, { roomId, body })

    expect(await countStatements(() => search(bob, 'kiwi'))).toBe(1)
    expect(await countStatements(() => search(bob, 'nothing of the kind'))).toBe(1)
  })

  it('refuses no text and too much of it', async () => {
    for (const text of ['  ', 'x'.repeat(101)]) {
      const { errors } = await here.chat.ask(document, { viewer: here.bob, variables: { text } })
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    }
  })
})
