import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { checkAccess } from '../src/access/check-access.ts'
import { readAccessDecisions } from '../src/access/read-access.ts'
import { checkGraph } from '../src/check-graph.ts'
import { composedFiles, supergraphPath } from '../src/generated-files.ts'
import { repositoryRoot } from '../src/repository.ts'
import { TinyRepository } from './tiny-repository.ts'

describe('this graph', () => {
  it('has a decision for every root field and every field of an entity', async () => {
    const { files } = await composedFiles(repositoryRoot)
    const access = await readAccessDecisions(repositoryRoot)

    expect(access && checkAccess(files.get(supergraphPath) ?? '', access)).toEqual([])
  })
})

describe('checkGraph with decisions about access', () => {
  let repository: TinyRepository
  const decisions = {
    'Query.me': 'own, else null',
    'Mutation.rename': 'anyone',
    'User.id': 'anyone',
    'User.name': 'anyone',
    'User.joinedAt': 'anyone',
  }

  beforeAll(() => {
    repository = new TinyRepository()
    repository.write(
      'schema/access/vocabulary.json',
      JSON.stringify({ personas: { stranger: null }, relations: { own: 'their own' } }),
    )
    repository.write('schema/access/users.json', JSON.stringify(decisions))
  })

  afterAll(() => repository.remove())

  it('names what nobody has decided, and what was decided twice', async () => {
    const again = { 'Mutation.rename': 'anyone' }
    repository.write('schema/access/chat.json', JSON.stringify(again))
    await repository.generate()
    const printed: string[] = []
    const keep = (text: string) => printed.push(text)

    const passed = await checkGraph({
      root: repository.root,
      output: { line: keep, complaint: keep },
    })

    expect(passed).toBe(false)
    expect(printed.join('\n')).toContain('Query.room: Nobody has decided who may')
    expect(printed.join('\n')).toContain('Mutation.rename: It was decided before')
    expect(repository.read('schema/access-matrix.md')).toContain(
      '| `name` | users | anyone | yes |',
    )
  })
})
