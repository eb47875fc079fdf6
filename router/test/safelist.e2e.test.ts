import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as clientDocuments from '@gravity/client/documents'
import { createDocumentPrinter } from '@gravity/client/graphql-request'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Kind } from 'graphql'
import { createClient } from 'graphql-ws'
import { hashDocument } from '../src/documents/document-hash.ts'
import { parseSafelist } from '../src/documents/safelist.ts'
import { type RunningRouter, startRouter } from './running-router.ts'

const greet = 'query Greet($name: String) {\n  hello(name: $name)\n}'
const count = 'subscription Count {\n  count(to: 1)\n}'
const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [
    { id: 'greet-1', name: 'Greet', type: 'query', body: greet },
    { id: hashDocument(count), name: 'Count', type: 'subscription', body: count },
  ],
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gravity-safelist-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function writeList(name: string, content: unknown): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

function startWith(
  mode: string,
  file: string,
  { env = {}, log = silentLog } = {},
): Promise<RunningRouter> {
  return startRouter({
    env: { GRAVITY_ROUTER_SAFELIST: mode, GRAVITY_ROUTER_SAFELIST_FILE: file, ...env },
    log,
  })
}

async function outcomeOf(response: Response): Promise<unknown> {
  // A parse boundary: an answer of this router.
  const { errors, data } = (await response.json()) as {
    errors?: [{ extensions: { code: string } }]
    data?: unknown
  }
  return errors ? errors[0].extensions.code : data
}

describe('an enforced safelist', () => {
  let router: RunningRouter
  beforeAll(async () => {
    router = await startWith('enforce', await writeList('enforced.json', manifest))
  })
  afterAll(() => router.stop())

  it('runs what is listed: by id, by hash, and by its text however it is spaced', async () => {
    const variables = { name: 'Ada' }
    const persisted = (id: string) => ({ persistedQuery: { version: 1, sha256Hash: id } })
    for (const body of [
      { documentId: 'greet-1', variables },
      { documentId: `sha256:${hashDocument(greet)}`, variables },
      { extensions: persisted('greet-1'), variables },
      { extensions: persisted(hashDocument(greet)), variables },
      { extensions: persisted(hashDocument(greet)), query: greet, variables },
      { extensions: persisted('greet-1'), query: greet, variables },
      { query: greet, variables },
      { query: '# mine\nquery Greet($name:String){hello(name:$name)}', variables },
    ]) {
      expect(await outcomeOf(await router.post(body))).toEqual({ hello: 'Hello Ada' })
    }
  })

  it('refuses everything else with a code, introspection too', async () => {
    for (const query of ['{ hello }', '{ __typename }', `${greet} query Another { hello }`, '{']) {
      expect(await outcomeOf(await router.post({ query }))).toBe('QUERY_NOT_IN_SAFELIST')
    }
    expect(await outcomeOf(await router.post({ documentId: 'greet-2' }))).toBe(
      'PERSISTED_QUERY_NOT_IN_LIST',
    )
    const both = { documentId: 'greet-1', query: '{ hello }' }
    expect(await outcomeOf(await router.post(both))).toBe('BAD_USER_INPUT')
  })

  it('answers 400 where the media type has statuses, and stays healthy', async () => {
    const accept = 'application/graphql-response+json'

    expect((await router.post({ query: '{ hello }' }, { accept })).status).toBe(400)
    expect((await fetch(`${router.url}/health/ready`)).status).toBe(200)
  })

  it('cannot be got around by registering a hash', async () => {
    const query = '{ hello }'
    const extensions = { persistedQuery: { version: 1, sha256Hash: hashDocument(query) } }

    expect(await outcomeOf(await router.post({ extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND')
    expect(await outcomeOf(await router.post({ query, extensions }))).toBe('QUERY_NOT_IN_SAFELIST')
    expect(await outcomeOf(await router.post({ extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND')
  })

  it('holds on sockets', async () => {
    const client = createClient({ url: router.socketUrl, retryAttempts: 0 })

    const events: unknown[] = []
    for await (const event of client.iterate({ query: count })) events.push(event)
    expect(events).toEqual([{ data: { count: 1 } }])
    await expect(client.iterate({ query: '{ hello }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'QUERY_NOT_IN_SAFELIST' } },
    ])
    await client.dispose()
  })
})

describe('a safelist', () => {
  it('may be the map that GraphQL Code Generator writes', async () => {
    const file = await writeList('map.json', { d41d8cd9: greet })
    await using router = await startWith('enforce', file, { env: { GRAVITY_ROUTER_APQ: 'off' } })

    const body = { documentId: 'd41d8cd9', variables: { name: 'Bob' } }
    expect(await outcomeOf(await router.post(body))).toEqual({ hello: 'Hello Bob' })
    const sha256Hash = hashDocument('{ hello }')
    const unknown = { extensions: { persistedQuery: { version: 1, sha256Hash } } }
    expect(await outcomeOf(await router.post(unknown))).toBe('PERSISTED_QUERY_NOT_IN_LIST')
  })

  it('is exchanged when its file changes, and stays when the file breaks', async () => {
    const file = await writeList('changing.json', { one: '{ one: hello }' })
    const complaints: unknown[] = []
    const log = { ...silentLog, error: (facts: unknown) => complaints.push(facts) }
    await using router = await startWith('enforce', file, { log })
    const outcome = async (query: string) => outcomeOf(await router.post({ query }))
    expect(await outcome('{ one: hello }')).toEqual({ one: 'Hello world' })

    for (const broken of ['{"one": ', '{"broken": "{ hello"}']) {
      complaints.length = 0
      await writeFile(file, broken)
      await eventually(() => expect(complaints).toHaveLength(1))
      expect(await outcome('{ one: hello }')).toEqual({ one: 'Hello world' })
    }

    await writeFile(file, '{"two": "{ two: hello }"}')

    await eventually(async () =>
      expect(await outcome('{ two: hello }')).toEqual({ two: 'Hello world' }),
    )
    expect(await outcome('{ one: hello }')).toBe('QUERY_NOT_IN_SAFELIST')
  })

  it('only reports under `log`, each document once', async () => {
    const reports: unknown[] = []
    const log = { ...silentLog, warn: (facts: unknown) => reports.push(facts) }
    await using router = await startWith('log', await writeList('logged.json', manifest), { log })

    for (const body of [
      { query: '{ hello }' },
      { query: '{ hello }' },
      { documentId: 'greet-1' },
    ]) {
      expect(await outcomeOf(await router.post(body))).toEqual({ hello: 'Hello world' })
    }

    const hash = hashDocument('{ hello }')
    expect(reports).toEqual([{ operationName: undefined, hash, document: '{ hello }' }])
  })

  it('of this repository has what its client sends', async () => {
    const file = fileURLToPath(new URL('../../schema/safelist.json', import.meta.url))
    const list = parseSafelist(await readFile(file, 'utf8'))
    const print = createDocumentPrinter()
    const operations = Object.values(clientDocuments).filter(({ definitions }) =>
      definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION),
    )

    expect(list.size).toBe(operations.length)
    for (const operation of operations) {
      const { query } = print(operation)
      expect(list.documentLike(query)).toBe(query)
      expect(list.documentById(hashDocument(query))).toBe(query)
    }
  })

  it.each([
    ['is missing', undefined, 'ENOENT'],
    ['is not JSON', '{', 'not valid JSON'],
    ['is another kind of file', [1, 2], 'neither a persisted query manifest'],
    ['has a document that is none', { a: '{' }, 'The document a cannot be parsed'],
    [
      'has one id twice',
      { ...manifest, operations: [...manifest.operations, { id: 'greet-1', body: '{ hello }' }] },
      'two different documents',
    ],
  ])('that %s keeps the router from starting', async (_, content, reason) => {
    const file = join(folder, 'wrong.json')
    if (content === undefined) await rm(file, { force: true })
    else await writeList('wrong.json', content)

    await expect(startWith('enforce', file)).rejects.toThrow(reason)
  })

  it('must be named when it is to be enforced', async () => {
    await expect(startRouter({ env: { GRAVITY_ROUTER_SAFELIST: 'enforce' } })).rejects.toThrow(
      'GRAVITY_ROUTER_SAFELIST_FILE',
    )
  })
})
