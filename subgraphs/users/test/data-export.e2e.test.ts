import { invariant } from '@gravity/shared/errors/invariant'
import { authExportPart } from '@gravity/shared/events/contracts/auth'
import { chatExportPart } from '@gravity/shared/events/contracts/chat'
import type { ExportPart } from '@gravity/shared/events/contracts/leaving'
import { deliverEvent } from '@gravity/shared/testing/deliver-event'
import type { TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { runJob } from '@gravity/shared/testing/run-job'
import { settleEvents } from '@gravity/shared/testing/settle-events'
import type { TestPlatform } from '@gravity/shared/testing/test-platform'
import { withTestSubgraph } from '@gravity/shared/testing/with-test-subgraph'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, type TestPerson } from './people.ts'

let platform: TestPlatform
let users: TestSubgraph

withTestSubgraph(createSubgraph, (opened, on) => {
  users = opened
  platform = on
})

const hourMs = 60 * 60 * 1_000

interface ShownExport {
  readonly __typename: string
  readonly id: string
  readonly status: string
  readonly expiresAt: string | null
  readonly services: readonly { readonly name: string; readonly isComplete: boolean }[]
  readonly downloadUrl: string | null
}

const fields = '__typename id status expiresAt services { name isComplete } downloadUrl'

async function request(viewer: Viewer): Promise<ShownExport> {
  const data = await users.answer<{ requestDataExport: ShownExport }>(
    `mutation { requestDataExport {
      __typename ... on DataExport { ${fields} } ... on ExportLimitReached { code retryAfterSeconds }
    } }`,
    { viewer },
  )
  await settleEvents(users)
  return data.requestDataExport
}

async function latest(viewer: Viewer): Promise<ShownExport | null> {
  const data = await users.answer<{ dataExport: ShownExport | null }>(
    `{ dataExport { ${fields} } }`,
    { viewer },
  )
  return data.dataExport
}

async function answer(
  contract: typeof authExportPart,
  part: Partial<ExportPart> & { readonly exportId: string },
  { times = 1 } = {},
): Promise<void> {
  await deliverEvent(platform, 'users', {
    contract,
    payload: {
      userId: platform.newId(),
      attempt: 1,
      number: 1,
      isLast: true,
      sections: {},
      ...part,
    },
    aggregateId: part.exportId,
    times,
  })
  await settleEvents(users)
}

async function download(url: string, viewer: Viewer | null = null) {
  const { pathname, searchParams } = new URL(url)
  const route = users.subgraph.routes.find(({ path }) => path === pathname)
  invariant(route, 'the address leads to a route')
  return route.handle({
    headers: {},
    path: pathname,
    query: searchParams,
    body: '',
    identity: { viewer, requestId: 'r', traceparent: 't', clientAddress: null },
  })
}

async function readyExport(person: TestPerson): Promise<ShownExport & { downloadUrl: string }> {
  const { id: exportId } = await request(person.viewer)
  await answer(authExportPart, { exportId, sections: { account: [{ email: 'ada@example.org' }] } })
  await answer(chatExportPart, { exportId })
  const ready = await latest(person.viewer)
  invariant(ready?.downloadUrl, 'the export is ready')
  return { ...ready, downloadUrl: ready.downloadUrl }
}

describe('an export', () => {
  it('is ready when every service has answered, whatever the order and however often', async () => {
    const person = await aPerson(users, 'Ada Export')
    await person.answer('mutation { updateProfile(input: { bio: "Hi" }) { __typename } }')

    const begun = await request(person.viewer)
    expect(begun).toMatchObject({
      __typename: 'DataExport',
      status: 'COLLECTING',
      downloadUrl: null,
    })
    expect((await latest(person.viewer))?.services).toEqual([
      { name: 'auth', isComplete: false },
      { name: 'chat', isComplete: false },
      { name: 'users', isComplete: true },
    ])
    const exportId = begun.id
    const secondPart = { exportId, number: 2, sections: { messages: [{ body: 'second' }] } }
    await answer(chatExportPart, secondPart, { times: 2 })
    const firstPart = { exportId, isLast: false, sections: { messages: [{ body: 'first' }] } }
    await answer(authExportPart, {
      exportId,
      sections: { account: [{ email: 'ada@example.org' }] },
    })
    expect(await latest(person.viewer)).toMatchObject({ status: 'COLLECTING' })
    await answer(chatExportPart, firstPart, { times: 2 })

    const ready = await latest(person.viewer)
    expect(ready).toMatchObject({ id: exportId, status: 'READY', downloadUrl: expect.any(String) })
    const { body, headers, status } = await download(String(ready?.downloadUrl))
    expect(status).toBe(200)
    expect(headers?.['content-disposition']).toContain('attachment')
    expect(headers?.['cache-control']).toBe('no-store')
    const content = JSON.parse(body)
    expect(content).toMatchObject({
      userId: person.id,
      auth: { account: [{ email: 'ada@example.org' }] },
      chat: { messages: [{ body: 'first' }, { body: 'second' }] },
      users: { profile: [{ username: 'adaexport', bio: 'Hi' }] },
    })
  })

  it('is told to the person once', async () => {
    const person = await aPerson(users, 'Told')
    const { id } = await readyExport(person)
    await answer(chatExportPart, { exportId: id })

    const rows = await users.sql(
      `select payload->>'userId' as "userId" from outbox where name = 'users.export-ready.v1' and aggregate_id = $1`,
      [id],
    )
    expect(rows).toEqual([{ userId: person.id }])
  })

  it('is one at a time', async () => {
    const person = await aPerson(users, 'Impatient')

    const results = await Promise.all([1, 2, 3].map(() => request(person.viewer)))

    expect(new Set(results.map(({ id }) => id)).size).toBe(1)
  })

  it('can be made five times a day', async () => {
    const person = await aPerson(users, 'Curious')
    for (let made = 0; made < 5; made += 1) await readyExport(person)

    expect(await request(person.viewer)).toMatchObject({ __typename: 'ExportLimitReached' })
  })

  it('asks again who has not answered for an hour, and takes the later answer', async () => {
    const person = await aPerson(users, 'Asked Again')
    const { id: exportId } = await request(person.viewer)
    const old = { exportId, isLast: false, sections: { messages: [{ body: 'old' }] } }
    await answer(chatExportPart, old)
    platform.clock.advance(hourMs + 1_000)
    await runJob(platform, 'users', { name: 'advance-exports' })
    await settleEvents(users)

    await answer(chatExportPart, {
      exportId,
      attempt: 2,
      sections: { messages: [{ body: 'new' }] },
    })
    await answer(chatExportPart, { ...old, number: 2, isLast: true })
    await answer(authExportPart, { exportId, attempt: 2 })

    const ready = await latest(person.viewer)
    const { body } = await download(String(ready?.downloadUrl))
    expect(JSON.parse(body).chat).toEqual({ messages: [{ body: 'new' }] })
  })

  it('is removed after a week', async () => {
    const person = await aPerson(users, 'Forgetful')
    const { id } = await readyExport(person)

    platform.clock.advance(7 * 24 * hourMs + 1_000)

    expect(await latest(person.viewer)).toBeNull()
    await runJob(platform, 'users', { name: 'advance-exports' })
    expect(await users.sql('select from data_export_parts where export_id = $1', [id])).toEqual([])
  })

  it('is shown to nobody else, and to no program of the person', async () => {
    const person = await aPerson(users, 'Private')
    const other = await aPerson(users, 'Nosy')
    await readyExport(person)

    expect(await latest(other.viewer)).toBeNull()
    const program = { ...person.viewer, clientId: 'a program', scopes: ['users:read'] }
    expect(await latest(program)).toMatchObject({ status: 'READY', downloadUrl: null })
  })
})

describe('the address of an export', () => {
  it('works for ten minutes', async () => {
    const { downloadUrl } = await readyExport(await aPerson(users, 'In Time'))
    expect(await download(downloadUrl)).toMatchObject({ status: 200 })

    platform.clock.advance(10 * 60 * 1_000 + 1_000)

    expect(await download(downloadUrl)).toMatchObject({ status: 404 })
  })

  it('does not work for somebody else who is signed in', async () => {
    const person = await aPerson(users, 'Owner')
    const other = await aPerson(users, 'Finder')
    const { downloadUrl } = await readyExport(person)

    expect(await download(downloadUrl, other.viewer)).toMatchObject({ status: 404 })
    expect(await download(downloadUrl, person.viewer)).toMatchObject({ status: 200 })
  })

  it.each([
    ['another export', (token: string) => token.replace(/^[0-9a-f]{8}/, '00000000')],
    ['a later end', (token: string) => token.replace(/\.(\d+)\./, '.9999999999.')],
    ['another proof', (token: string) => `${token.slice(0, -3)}AAA`],
    ['nothing', () => ''],
  ])('does not work with %s', async (_what, change) => {
    const { downloadUrl } = await readyExport(await aPerson(users, 'Forged'))
    const url = new URL(downloadUrl)
    url.searchParams.set('token', change(url.searchParams.get('token') ?? ''))

    expect(await download(url.href)).toMatchObject({ status: 404 })
  })
})
