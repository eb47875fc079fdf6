import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { supergraphPath } from '../src/generated-files.ts'
import { loadSupergraph } from '../src/load-supergraph.ts'
import { readSubgraphs } from '../src/repository.ts'
import { TinyRepository } from './tiny-repository.ts'

let repository: TinyRepository

beforeEach(async () => {
  repository = new TinyRepository()
})

afterEach(() => {
  repository.remove()
})

async function load() {
  const committed = new URL(supergraphPath, repository.root)
  return await loadSupergraph(await readSubgraphs(repository.root), committed)
}

describe('loadSupergraph', () => {
  it('takes the committed supergraph when it was made from these subgraphs', async () => {
    await repository.generate()

    expect(await load()).toEqual({
      origin: 'committed',
      supergraphSdl: repository.read(supergraphPath),
    })
  })

  it('composes in memory when a subgraph has changed since', async () => {
    await repository.generate()
    repository.edit('subgraphs/chat/schema.graphql', 'owner: User!', 'host: User!')

    const { origin, supergraphSdl } = await load()

    expect(origin).toBe('composed')
    expect(supergraphSdl).toContain('host: User!')
  })

  it('composes in memory when nothing was committed', async () => {
    expect((await load()).origin).toBe('composed')
  })
})
