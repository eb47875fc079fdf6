import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@gravity/shared/testing/eventually'
import { silentLog } from '@gravity/shared/testing/silent-log'
import { describe, expect, it } from '@jest/globals'
import { composedSource } from '../src/supergraph/composed-source.ts'
import { fileSource } from '../src/supergraph/file-source.ts'
import { managedSource } from '../src/supergraph/managed-source.ts'
import { createSupergraph } from '../src/supergraph/supergraph.ts'
import type { SupergraphSource } from '../src/supergraph/supergraph-source.ts'

const log = silentLog

async function aFolder() {
  const path = await mkdtemp(join(tmpdir(), 'gravity-sources-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** A started source with everything that it has told so far. */
async function started(source: SupergraphSource) {
  const sdls: string[] = []
  sdls.push(await source.start((sdl) => sdls.push(sdl)))
  return {
    fields: () => fieldsOf(sdls.at(-1) ?? ''),
    changes: () => sdls.length - 1,
    sdl: () => sdls.at(-1) ?? '',
    [Symbol.asyncDispose]: () => source.stop(),
  }
}

function fieldsOf(sdl: string): string[] {
  return Object.keys(createSupergraph(sdl).apiSchema.getQueryType()?.getFields() ?? {}).toSorted()
}

/** Two subgraphs that a test changes, and takes away by setting them to null. */
function twoSubgraphs() {
  const sdls: Record<string, string | null> = {
    one: 'type Query { one: Int }',
    two: 'type Query { two: Int }',
  }
  let asked = 0
  const options = {
    subgraphs: ['one', 'two'].map((name) => ({ name, url: `http://127.0.0.1:9/${name}` })),
    fetchSdl: async ({ name }: { name: string }): Promise<string> => {
      asked += 1
      const sdl = sdls[name]
      if (!sdl) throw new Error(`${name} is away`)
      return sdl
    },
    log,
    pollMilliseconds: 20,
  }
  return { sdls, options, asked: () => asked }
}

describe('composedSource', () => {
  it('composes in memory, and says what does not compose', async () => {
    const good = composedSource([{ name: 'one', sdl: 'type Query { one: Int }' }])
    const bad = composedSource([
      { name: 'one', sdl: 'type Query { same: Int }' },
      { name: 'two', sdl: 'type Query { same: String }' },
    ])

    await using source = await started(good)

    expect(source.fields()).toEqual(['one'])
    await expect(bad.start(() => undefined)).rejects.toThrow('FIELD_TYPE_MISMATCH at Query.same')
  })
})

describe('fileSource', () => {
  it('follows the file, and keeps the last text while it cannot be read', async () => {
    await using folder = await aFolder()
    const path = join(folder.path, 'supergraph.graphql')
    await writeFile(path, 'first')
    await using source = await started(fileSource({ path, log, pollMilliseconds: 10 }))

    expect(source.sdl()).toBe('first')
    await rm(path)
    await writeFile(`${path}.unrelated`, 'other')
    await writeFile(path, 'second one')
    await eventually(() => expect(source.sdl()).toBe('second one'))
  })

  it('need not wait for its next look', async () => {
    await using folder = await aFolder()
    const path = join(folder.path, 'supergraph.graphql')
    await writeFile(path, 'first')
    const hour = 3_600_000
    await using source = await started(fileSource({ path, log, pollMilliseconds: hour }))

    await writeFile(path, 'second')
    await eventually(() => expect(source.sdl()).toBe('second'))
    await writeFile(`${path}.next`, 'third')
    await rename(`${path}.next`, path)
    await eventually(() => expect(source.sdl()).toBe('third'))
  })

  it('does not start without a file', async () => {
    await expect(
      fileSource({ path: '/nowhere/supergraph.graphql', log }).start(() => undefined),
    ).rejects.toThrow('The supergraph file /nowhere/supergraph.graphql cannot be read')
  })
})

describe('managedSource', () => {
  it('knows what it composes from, as soon as it has seen all of it', async () => {
    const { sdls, options } = twoSubgraphs()
    const managed = managedSource(options)
    expect(managed.sdls()).toBeUndefined()
    await using source = await started(managed)
    expect(managed.sdls()).toEqual([sdls['one'], sdls['two']])

    // Directives that composition leaves out change the schema too: what is read from them is read anew.
    const marked = 'directive @viewerIndependent on FIELD_DEFINITION '
    sdls['one'] = `${marked} type Query { one: Int @viewerIndependent }`
    await eventually(() => expect(source.changes()).toBe(1))
    expect(managed.sdls()).toEqual([sdls['one'], sdls['two']])
  })

  it('composes running subgraphs and follows their changes', async () => {
    const { sdls, options } = twoSubgraphs()
    await using source = await started(managedSource(options))

    expect(source.fields()).toEqual(['one', 'two'])
    sdls['two'] = 'type Query { two: Int three: Int }'
    await eventually(() => expect(source.fields()).toEqual(['one', 'three', 'two']))
  })

  it('takes changes while another subgraph is away', async () => {
    const { sdls, options } = twoSubgraphs()
    await using source = await started(managedSource(options))

    sdls['one'] = null
    sdls['two'] = 'type Query { changed: Int }'

    await eventually(() => expect(source.fields()).toEqual(['changed', 'one']))
  })

  it('keeps the last good supergraph when a change does not compose', async () => {
    const { sdls, options, asked } = twoSubgraphs()
    await using source = await started(managedSource(options))

    sdls['two'] = 'type Query { two: Unknown }'
    sdls['one'] = 'type Query { one: Int again: Int }'
    const before = asked()
    await eventually(() => expect(asked()).toBeGreaterThan(before + 8))
    expect(source.changes()).toBe(0)
    sdls['two'] = 'type Query { two: Int }'

    await eventually(() => expect(source.fields()).toEqual(['again', 'one', 'two']))
  })

  it('begins with the fallback while a subgraph has never been seen', async () => {
    const { sdls, options } = twoSubgraphs()
    await using all = await started(managedSource(options))
    const fallbackSdl = all.sdl().replaceAll('127.0.0.1:9', 'elsewhere')
    sdls['one'] = null
    sdls['two'] = 'type Query { two: Int three: Int }'

    await using source = await started(managedSource({ ...options, fallbackSdl }))

    expect(source.fields()).toEqual(['one', 'two'])
    expect(createSupergraph(source.sdl()).subgraphs.get('one')).toBe('http://127.0.0.1:9/one')
    sdls['one'] = 'type Query { one: Int }'
    await eventually(() => expect(source.fields()).toEqual(['one', 'three', 'two']))
  })

  it('remembers subgraphs over a restart', async () => {
    await using folder = await aFolder()
    const memoryFile = join(folder.path, 'subgraphs.json')
    const { sdls, options } = twoSubgraphs()
    const first = managedSource({ ...options, memoryFile })
    await first.start(() => undefined)
    await first.stop()
    sdls['one'] = null

    await using source = await started(managedSource({ ...options, memoryFile }))

    expect(source.fields()).toEqual(['one', 'two'])
  })

  it('says what to do when there is nothing to serve', async () => {
    const { sdls, options } = twoSubgraphs()
    sdls['one'] = null

    await expect(managedSource(options).start(() => undefined)).rejects.toThrow(
      /The subgraphs give no schema to serve, start them first: .*one is away/,
    )
  })
})
