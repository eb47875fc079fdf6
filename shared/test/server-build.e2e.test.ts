import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { buildSubgraph } from '../src/server/build-subgraph.ts'
import type { ResolverMap } from '../src/server/resolver-fit.ts'
import { subgraphSdl } from '../src/server/subgraph-sdl.ts'
import { anIdentity } from './server-notices.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gravity-sdl-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function sdlFile(sdl: string): Promise<URL> {
  const file = join(folder, 'schema.graphql')
  await writeFile(file, sdl.includes('@link') ? sdl : `${link}\n${sdl}`)
  return pathToFileURL(file)
}

async function build(sdl: string, resolvers: ResolverMap, createContext = () => ({})) {
  return buildSubgraph({ name: 'test', sdlFile: await sdlFile(sdl), resolvers, createContext })
}

describe('the SDL of a subgraph', () => {
  it('gains the shared types that it names, and those that they name', async () => {
    const sdl = subgraphSdl(
      await sdlFile('type Query { at: DateTime } union AddResult = Query | InvalidInput'),
    )

    expect(sdl).toMatch(/scalar DateTime @specifiedBy\(url: "https:/)
    expect(sdl).toMatch(/type InvalidInput implements Problem @shareable/)
    expect(sdl).toMatch(/interface Problem/)
    expect(sdl).not.toMatch(/PageInfo/)
  })

  it('stays as it is when it names none', async () => {
    const file = await sdlFile('type Query { at: String }')

    expect(subgraphSdl(file)).toBe(`${link}\ntype Query { at: String }\n`)
  })

  it('says @shareable as the subgraph does', async () => {
    const unimported = link.replace(', "@shareable"', '')

    const sdl = subgraphSdl(await sdlFile(`${unimported} type Query { page: PageInfo }`))

    expect(sdl).toMatch(/type PageInfo @federation__shareable/)
  })

  it('may not define a shared type again', async () => {
    const file = await sdlFile('type Query { page: PageInfo } type PageInfo { more: Boolean }')

    expect(() => subgraphSdl(file)).toThrow(
      /defines PageInfo, which the shared SDL already defines/,
    )
  })
})

describe('buildSubgraph', () => {
  const answer = (): number => 1

  it('publishes exactly the SDL that composition reads in one process', async () => {
    const subgraph = await build('type Query { at: DateTime }', { Query: { at: () => null } })

    const service = subgraph.schema.getQueryType()?.getFields()['_service']

    expect(Reflect.apply(service?.resolve ?? Object, undefined, [])).toEqual({ sdl: subgraph.sdl })
  })

  it.each([
    ['a type that is not there', { Query: { a: answer }, Qeury: {} }, /the type Qeury/],
    ['a field that is not there', { Query: { a: answer, b: answer } }, /Query\.b/],
    ['no resolver for a root field', { Query: {} }, /Query\.a has a resolver/],
    [
      'a subscription that cannot subscribe',
      { Query: { a: answer }, Subscription: { c: answer } },
      /Subscription\.c has a `subscribe`/,
    ],
  ])('refuses resolvers with %s', async (_title, resolvers, reason) => {
    const sdl = 'type Query { a: Int }'
    const withSubscription = `${sdl} type Subscription { c: Int }`

    await expect(
      build('Subscription' in resolvers ? withSubscription : sdl, resolvers),
    ).rejects.toThrow(reason)
  })

  it('refuses SDL that is not a schema', async () => {
    await expect(build('type Query { a: Nothing }', {})).rejects.toThrow(/Nothing/)
  })

  it('refuses a context that is used for a second request', async () => {
    const context = {}
    const subgraph = await build('type Query { a: Int }', { Query: { a: () => 1 } }, () => context)
    const request = { identity: anIdentity(), signal: new AbortController().signal }
    subgraph.createContext(request)

    expect(() => subgraph.createContext(request)).toThrow(/new object for each request/)
  })
})
