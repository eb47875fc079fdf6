import { aViewer } from '@gravity/shared/testing/a-viewer'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { send } from './fixtures.ts'
import { withModeratedRoom } from './moderated-room.ts'
import { bodiesOf, type Outcome, seenRoom, toldOf, type wishes } from './room-changes.ts'

let chat: TestSubgraph
let say: ReturnType<typeof wishes>
let alice: Viewer
let bob: Viewer
let mona: Viewer
let roomId: string

withModeratedRoom((room) => {
  ;({ chat, say, alice, bob, mona, roomId } = room)
})

const staff = aViewer({ scopes: ['chat:moderate'] })

interface Reported {
  readonly id: string
  readonly status: string
  readonly [field: string]: unknown
}

async function reportsOf(viewer: Viewer, status = 'OPEN'): Promise<readonly Reported[] | null> {
  const room = await seenRoom(chat, viewer, {
    id: roomId,
    fields: `reports(status: ${status}) {
      nodes { id status reason note evidence author { id } reporter { id } message { body } }
    }`,
  })
  // The test knows what it has asked for.
  const reports = room?.['reports'] as { readonly nodes: readonly Reported[] } | null
  return reports?.nodes ?? null
}

function report(viewer: Viewer, messageId: string): Promise<Outcome> {
  return say(viewer, 'reportMessage', { messageId, reason: 'HARASSMENT', note: 'Rude' })
}

const asReport = '... on MessageReport { id status settledBy { id } }'

/** Bob has written something, and Alice has reported it. */
async function reported(): Promise<{ readonly messageId: string; readonly reportId: string }> {
  const { id: messageId } = await send(chat, bob, { roomId, body: 'something rude' })
  await report(alice, messageId)
  const [first] = (await reportsOf(mona)) ?? []
  return { messageId, reportId: first?.id ?? '' }
}

describe('reportMessage', () => {
  it('shows the message to the moderators, once for each person', async () => {
    const { messageId } = await reported()

    expect(await report(alice, messageId.toUpperCase())).toMatchObject({
      __typename: 'MessageReported',
    })
    expect(await reportsOf(mona)).toMatchObject([
      {
        reason: 'HARASSMENT',
        note: 'Rude',
        evidence: 'something rude',
        author: { id: bob.userId },
        reporter: { id: alice.userId },
        message: { body: 'something rude' },
      },
    ])
    expect(await reportsOf(bob)).toBeNull()
    expect(await toldOf(chat, roomId, 'chat.message-reported.v1')).toHaveLength(1)
  })

  it('keeps the evidence when the author withdraws the message', async () => {
    const { messageId } = await reported()
    await say(bob, 'redactMessage', { messageId })

    expect(await reportsOf(mona)).toMatchObject([
      { evidence: 'something rude', message: { body: null } },
    ])
  })

  it('is for messages of others that one may read', async () => {
    const { id } = await send(chat, bob, { roomId })

    expect(await report(bob, id)).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await report(aViewer(), id)).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    expect(await report(alice, 'nonsense')).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    expect(
      await say(alice, 'reportMessage', { messageId: id, reason: 'WORD_FILTER' }),
    ).toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('reporting again and again', () => {
  it('is refused after sixty in an hour', async () => {
    const { id } = await send(chat, bob, { roomId })
    await Promise.all(Array.from({ length: 60 }, () => report(alice, id)))

    const { errors } = await chat.ask(
      `mutation ($input: ReportMessageInput!) { reportMessage(input: $input) { __typename } }`,
      { viewer: alice, variables: { input: { messageId: id, reason: 'SPAM' } } },
    )

    expect(errors?.[0]?.extensions?.['code']).toBe('RATE_LIMITED')
  })
})

describe('the moderation queue', () => {
  const queue = `query ($after: String) {
    moderationQueue(first: 1, after: $after) {
      nodes { id roomId room { id } evidence } pageInfo { hasNextPage endCursor }
    }
  }`

  it('has the reports of all rooms for staff, page by page, and is for nobody else', async () => {
    await chat.sql(`update reports set status = 'dismissed', settled_at = now(), settled_by = id
      where status = 'open'`)
    const { reportId } = await reported()
    const second = await send(chat, bob, { roomId, body: 'more of it' })
    await report(mona, second.id)

    const first = await chat.answer<{
      moderationQueue: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
    }>(queue, { viewer: staff })
    const { endCursor } = first.moderationQueue.pageInfo
    const next = await chat.answer(queue, { viewer: staff, variables: { after: endCursor } })

    expect(first.moderationQueue).toMatchObject({
      nodes: [{ id: reportId, roomId, room: null, evidence: 'something rude' }],
      pageInfo: { hasNextPage: true },
    })
    expect(next).toMatchObject({
      moderationQueue: { nodes: [{ evidence: 'more of it' }], pageInfo: { hasNextPage: false } },
    })
    const { errors } = await chat.ask(queue, { viewer: mona })
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN')
  })

  it('also shows direct rooms, where only staff can settle', async () => {
    const direct = await say(alice, 'openDirectRoom', {
      userId: bob.userId,
      fields: '... on Room { id }',
    })
    const { id: messageId } = await send(chat, bob, { roomId: direct.id ?? '', body: 'in private' })
    await report(alice, messageId)
    const [row] = await chat.sql<{ id: string }>('select id from reports where message_id = $1', [
      messageId,
    ])
    const wish = { reportId: row?.id, action: 'WITHDRAW_MESSAGE', fields: asReport }

    expect(await say(alice, 'resolveReport', wish)).toMatchObject({ code: 'PERMISSION_REQUIRED' })
    expect(await say(staff, 'resolveReport', wish)).toMatchObject({ status: 'RESOLVED' })
    expect(await bodiesOf(chat, alice, direct.id ?? '')).toEqual([null])
  })
})

describe('resolveReport', () => {
  it('withdraws the message, deals with the author, and settles all reports of the message', async () => {
    const { messageId, reportId } = await reported()
    await report(mona, messageId)

    const wish = { reportId, action: 'BAN_AUTHOR', note: 'Enough', fields: asReport }
    const resolved = await say(mona, 'resolveReport', wish)
    const again = await say(mona, 'resolveReport', wish)

    expect(resolved).toMatchObject({ status: 'RESOLVED', settledBy: { id: mona.userId } })
    expect(again).toEqual(resolved)
    expect(await reportsOf(mona)).toEqual([])
    expect(await reportsOf(mona, 'RESOLVED')).toHaveLength(2)
    expect(await bodiesOf(chat, alice, roomId)).toEqual([null])
    expect(await bodiesOf(chat, bob, roomId)).toBeNull()
    const room = await seenRoom(chat, alice, {
      id: roomId,
      fields: 'moderationLog { nodes { action reason } }',
    })
    expect(room).toEqual({
      moderationLog: {
        nodes: expect.arrayContaining([
          { action: 'PERSON_BANNED', reason: 'Enough' },
          { action: 'MESSAGE_REDACTED', reason: null },
          { action: 'REPORT_RESOLVED', reason: 'Enough' },
        ]),
      },
    })
    expect(await toldOf(chat, roomId, 'chat.report-settled.v1')).toHaveLength(1)
  })

  it('mutes until then, and leaves the report open when the author stands too high', async () => {
    const { reportId } = await reported()
    const expiresAt = '2099-01-01T00:00:00.000Z'
    await say(mona, 'resolveReport', { reportId, action: 'MUTE_AUTHOR', expiresAt })
    expect((await send(chat, bob, { roomId })).__typename).toBe('Muted')

    const { id } = await send(chat, alice, { roomId })
    await report(mona, id)
    const [open] = (await reportsOf(mona)) ?? []
    const wish = { reportId: open?.id, action: 'REMOVE_AUTHOR' }
    expect(await say(mona, 'resolveReport', wish)).toMatchObject({ code: 'MEMBER_OUTRANKS' })
    expect(await reportsOf(mona)).toHaveLength(1)
  })

  it('settles once: what was settled otherwise stays so', async () => {
    const { reportId } = await reported()
    const dismissed = await say(mona, 'dismissReport', { reportId, fields: asReport })

    expect(dismissed).toMatchObject({ status: 'DISMISSED' })
    expect(await say(mona, 'dismissReport', { reportId, fields: asReport })).toEqual(dismissed)
    expect(
      await say(alice, 'resolveReport', { reportId, action: 'WITHDRAW_MESSAGE' }),
    ).toMatchObject({ code: 'REPORT_SETTLED' })
    expect(await bodiesOf(chat, alice, roomId)).toEqual(['something rude'])
  })

  it('is for moderators: others find no report', async () => {
    const { reportId } = await reported()

    expect(await say(bob, 'dismissReport', { reportId })).toMatchObject({
      code: 'PERMISSION_REQUIRED',
    })
    expect(await say(aViewer(), 'dismissReport', { reportId })).toMatchObject({
      code: 'REPORT_NOT_FOUND',
    })
    expect(await say(mona, 'dismissReport', { reportId: 'nonsense' })).toMatchObject({
      code: 'REPORT_NOT_FOUND',
    })
  })
})
