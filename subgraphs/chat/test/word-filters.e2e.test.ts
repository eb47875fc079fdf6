import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { withModeratedRoom } from './moderated-room.ts'
import { type Outcome, seenRoom, type wishes } from './room-changes.ts'

let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let bob: Viewer
let mona: Viewer
let roomId: string

withModeratedRoom((room) => {
  ;({ chat, say, bob, mona, roomId } = room)
})

describe('word filters', () => {
  const write = (viewer: Viewer, body: string): Promise<Outcome> =>
    say(viewer, 'sendMessage', {
      roomId,
      clientMessageId: chat.platform.newId(),
      body,
      fields: '... on Message { id body } ... on WordsRefused { words }',
    })

  const filter = (words: string, action: string): Promise<Outcome> =>
    say(mona, 'setWordFilter', { roomId, words, action, fields: '... on WordFilter { id action }' })

  it('reject, mask or flag what is sent and what is edited', async () => {
    await filter('spam*', 'REJECT')
    await filter('darn', 'MASK')
    await filter('outside', 'FLAG')

    expect(await write(bob, 'No ＳＰＡＭmers')).toMatchObject({
      code: 'WORDS_REFUSED',
      words: ['ＳＰＡＭmers'],
    })
    expect(await write(bob, 'Oh Darn!')).toMatchObject({ body: 'Oh ****!' })
    const flagged = await write(bob, 'Come outside')
    expect(flagged).toMatchObject({ body: 'Come outside' })
    const fields = 'reports { nodes { reason reporter { id } evidence } }'
    expect(await seenRoom(chat, mona, { id: roomId, fields })).toEqual({
      reports: { nodes: [{ reason: 'WORD_FILTER', reporter: null, evidence: 'Come outside' }] },
    })
    expect(await say(bob, 'editMessage', { messageId: flagged.id, body: 'spam' })).toMatchObject({
      code: 'WORDS_REFUSED',
    })
  })

  it('are set by who may, one for the same words, and taken away', async () => {
    const first = await filter('Straße', 'MASK')
    const same = await filter('STRASSE', 'REJECT')

    expect(same.id).toBe(first.id)
    expect(await write(bob, 'the strasse')).toMatchObject({ code: 'WORDS_REFUSED' })
    const filterId = first.id
    expect(await say(bob, 'removeWordFilter', { filterId })).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(await say(mona, 'removeWordFilter', { filterId })).toMatchObject({
      __typename: 'WordFilter',
    })
    expect(await say(mona, 'removeWordFilter', { filterId })).toMatchObject({
      code: 'WORD_FILTER_NOT_FOUND',
    })
    expect(await write(bob, 'the strasse')).toMatchObject({ __typename: 'Message' })
    expect(await filter('  ', 'MASK')).toMatchObject({ code: 'INVALID_INPUT' })
    expect(
      await seenRoom(chat, mona, { id: roomId, fields: 'wordFilters { words action }' }),
    ).toEqual({ wordFilters: [] })
    expect(await seenRoom(chat, bob, { id: roomId, fields: 'wordFilters { words }' })).toEqual({
      wordFilters: null,
    })
  })

  it('are at most two hundred', async () => {
    await chat.sql('update rooms set filter_count = 200 where id = $1', [roomId])
    expect(await filter('one more', 'MASK')).toMatchObject({ code: 'LIMIT_REACHED' })
  })
})
