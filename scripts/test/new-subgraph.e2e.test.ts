import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { checkAccess } from '@gravity/schema/access/check-access'
import { readAccessDecisions } from '@gravity/schema/access/read-access'
import { composeSupergraph } from '@gravity/schema/compose-supergraph'
import { subgraphSdl } from '@gravity/shared/server/subgraph-sdl'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { repositoryRoot } from '../repository-root.ts'
import { subgraphList } from '../subgraph-list.ts'
import { singularOf, writeSubgraph } from '../subgraph-template.ts'

let root: string
let written: string[]

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gravity-new-subgraph-'))
  for (const path of [
    'scripts/subgraph-list.ts',
    'scripts/package.json',
    'schema/src/subgraph-ports.ts',
    'schema/access/vocabulary.json',
  ]) {
    await cp(join(repositoryRoot, path), join(root, path), { recursive: true })
  }
  written = await writeSubgraph(root, 'galleries')
})

afterAll(() => rm(root, { recursive: true, force: true }))

function sdlOf(base: string, name: string): string {
  return subgraphSdl(pathToFileURL(join(base, 'subgraphs', name, 'schema.graphql')))
}

describe('a new subgraph', () => {
  it('leaves no placeholder behind', async () => {
    for (const path of written) {
      expect(path).not.toMatch(/__|template/)
      expect(await readFile(join(root, path), 'utf8')).not.toMatch(
        /__(nouns?|Nouns?|port|timestamp)__/,
      )
    }
  })

  it('composes with those that exist', () => {
    const subgraphs = [
      ...subgraphList.map(({ name }) => ({ name, sdl: sdlOf(repositoryRoot, name) })),
      { name: 'galleries', sdl: sdlOf(root, 'galleries') },
    ].map((subgraph) => ({ ...subgraph, url: `http://127.0.0.1/${subgraph.name}` }))

    const { apiSdl } = composeSupergraph(subgraphs)

    expect(apiSdl).toContain('createGallery(input: CreateGalleryInput!): CreateGalleryResult!')
  })

  it('says who may use each of its fields', async () => {
    const { supergraphSdl } = composeSupergraph([
      { name: 'galleries', sdl: sdlOf(root, 'galleries'), url: 'http://127.0.0.1/galleries' },
    ])
    const access = await readAccessDecisions(pathToFileURL(`${root}/`))

    expect(access && checkAccess(supergraphSdl, access)).toEqual([])
  })

  it('is entered in the visible lists', async () => {
    const list = await readFile(join(root, 'scripts/subgraph-list.ts'), 'utf8')
    expect(list).toContain(
      "{ name: 'galleries', load: () => import('@gravity/galleries/subgraph') },",
    )
    const ports = await readFile(join(root, 'schema/src/subgraph-ports.ts'), 'utf8')
    expect(ports).toMatch(/^ {2}galleries: 8013,$/m)
  })

  it('is not written over', async () => {
    await expect(writeSubgraph(root, 'galleries')).rejects.toThrow('exists already')
  })
})

describe('singularOf', () => {
  it.each([
    ['reviews', 'review'],
    ['categories', 'category'],
    ['boxes', 'box'],
    ['addresses', 'address'],
  ])('makes %s %s', (plural, singular) => {
    expect(singularOf(plural)).toBe(singular)
  })

  it.each(['Reviews', 'review', '../etc', 'a b', ''])('refuses %j', (noun) => {
    expect(() => singularOf(noun)).toThrow('is not a plural noun')
  })
})
