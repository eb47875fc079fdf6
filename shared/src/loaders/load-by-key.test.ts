import { describe, expect, it } from '@jest/globals'
import { loadByKey, loadGroupsByKey } from './load-by-key.ts'

interface Row {
  readonly id: string
  readonly room: string
}

const rows: readonly Row[] = [
  { id: 'c', room: 'r2' },
  { id: 'a', room: 'r1' },
  { id: 'b', room: 'r2' },
]

describe('loadByKey', () => {
  it('answers in the order of the keys, with null where there is no row', async () => {
    const batches: string[][] = []
    const loader = loadByKey(
      async (keys) => {
        batches.push([...keys])
        return rows
      },
      (row: Row) => row.id,
    )

    const found = await Promise.all(['a', 'x', 'b', 'a'].map((key) => loader.load(key)))

    expect(found.map((row) => row?.id ?? null)).toEqual(['a', null, 'b', 'a'])
    expect(batches).toEqual([['a', 'x', 'b']])
  })

  it('splits what is too much for one statement', async () => {
    const sizes: number[] = []
    const loader = loadByKey(
      async (keys) => {
        sizes.push(keys.length)
        return []
      },
      (row: Row) => row.id,
      { maxBatchSize: 2 },
    )

    await loader.loadMany(['a', 'b', 'c', 'd', 'e'])

    expect(sizes).toEqual([2, 2, 1])
  })

  it('rejects every load of a batch that fails', async () => {
    const loader = loadByKey(
      async () => Promise.reject(new Error('gone')),
      (row: Row) => row.id,
    )

    await expect(loader.load('a')).rejects.toThrow('gone')
  })
})

describe('loadGroupsByKey', () => {
  it('answers all rows of each key in the order they were read', async () => {
    const loader = loadGroupsByKey(
      async () => rows,
      (row: Row) => row.room,
    )

    const groups = await loader.loadMany(['r1', 'r2', 'r3'])

    expect(groups).toEqual([[rows[1]], [rows[0], rows[2]], []])
  })
})
