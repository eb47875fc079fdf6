import { describe, expect, it } from '@jest/globals'
import { EntityBatchBuilder } from './entity-batch.ts'
import { compileRepresentation } from './representation.ts'

const selections = ['__typename', 'id'].map((name) => ({ kind: 'Field' as const, name }))
const representation = compileRepresentation(
  { selections, rewrites: [] },
  { satisfies: (type, condition) => type === condition, isObjectType: () => true },
)
const ada = (tags: readonly string[] = []) => ({ __typename: 'User', id: 'ada', tags })

function batchOf(options: { readonly sharing: boolean; readonly uniting: boolean }) {
  return new EntityBatchBuilder({ representation, ...options })
}

describe('EntityBatchBuilder', () => {
  it('lets one object stand for those that are alike', () => {
    const batch = batchOf({ sharing: true, uniting: true })
    const first = ada(['x'])

    expect(batch.add(first)).toBe(first)
    expect(batch.add(ada(['x']))).toBe(first)
    expect(batch.representations).toEqual(['{"__typename":"User","id":"ada"}'])
    expect(batch.targets).toEqual([[first]])
  })

  it('asks once for objects that differ, and keeps them apart', () => {
    const batch = batchOf({ sharing: true, uniting: true })
    const [first, second] = [ada(['x']), ada(['y'])]

    expect([batch.add(first), batch.add(second)]).toEqual([first, second])
    expect(batch.add(second)).toBe(second)
    expect(batch.representations).toHaveLength(1)
  })

  it('keeps objects of different places apart', () => {
    const batch = batchOf({ sharing: true, uniting: true })
    const [first, second] = [ada(), ada()]

    batch.beginPlace()
    batch.add(first)
    batch.beginPlace()

    expect(batch.add(second)).toBe(second)
    expect(batch.representations).toHaveLength(1)
    expect(batch.targets).toHaveLength(1)
  })

  it('tells an id that is a number from one that is a text', () => {
    const batch = batchOf({ sharing: true, uniting: true })

    batch.add({ __typename: 'User', id: 1 })
    batch.add({ __typename: 'User', id: '1' })
    batch.add({ __typename: 'Other', id: '1' })

    expect(batch.representations).toHaveLength(3)
  })

  it('asks for each by itself when nothing is shared', () => {
    const batch = batchOf({ sharing: false, uniting: false })

    batch.add(ada())
    batch.add(ada())

    expect(batch.representations).toHaveLength(2)
  })

  it('refuses an object without what is required', () => {
    const batch = batchOf({ sharing: true, uniting: true })

    expect(batch.add({ __typename: 'User' })).toBeUndefined()
    expect(batch.representations).toEqual([])
  })
})
