import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { type PageArguments, readPage, toConnection } from './connection.ts'
import { defineCursor } from './cursor.ts'

const cursor = defineCursor('numbers', z.tuple([z.int()]))
const numbers = Array.from({ length: 10 }, (_, index) => index + 1)

function pageOf(args: PageArguments, list: readonly number[] = numbers) {
  const page = readPage(args, { cursor, size: 3, maximum: 5 })
  const ordered = page.direction === 'forward' ? list : list.toReversed()
  const start = page.from === null ? 0 : ordered.indexOf(page.from[0]) + 1
  return toConnection(ordered.slice(start, start + page.limit), page, (number) => [number])
}

function refusal(args: PageArguments): unknown {
  try {
    return readPage(args, { cursor, maximum: 5 })
  } catch (error) {
    return error
  }
}

describe('a forward page', () => {
  it('starts the list, with the default size', () => {
    const { nodes, edges, pageInfo } = pageOf({ first: null, after: null })

    expect(nodes).toEqual([1, 2, 3])
    expect(edges.map(({ node }) => node)).toEqual([1, 2, 3])
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: cursor.encode([1]),
      endCursor: cursor.encode([3]),
    })
  })

  it('goes on after a cursor, to the end', () => {
    const { nodes, pageInfo } = pageOf({ first: 5, after: cursor.encode([7]) })

    expect(nodes).toEqual([8, 9, 10])
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  })

  it('has no next page when it ends exactly with the list', () => {
    expect(pageOf({ first: 3, after: cursor.encode([7]) }).pageInfo.hasNextPage).toBe(false)
  })

  it('is empty without cursors when there is nothing', () => {
    expect(pageOf({}, [])).toEqual({
      edges: [],
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    })
  })
})

describe('a backward page', () => {
  it('ends the list, in the order of the list', () => {
    const { nodes, pageInfo } = pageOf({ last: 2 })

    expect(nodes).toEqual([9, 10])
    expect(pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: cursor.encode([9]),
      endCursor: cursor.encode([10]),
    })
  })

  it('goes back before a cursor, to the start', () => {
    const { nodes, pageInfo } = pageOf({ last: 5, before: cursor.encode([4]) })

    expect(nodes).toEqual([1, 2, 3])
    expect(pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
  })

  it('has the default size when only `before` is given', () => {
    expect(pageOf({ before: cursor.encode([9]) }).nodes).toEqual([6, 7, 8])
  })
})

it('visits every entry once, in both directions', () => {
  const forward: number[] = []
  for (let after: string | null = null; ; ) {
    const page = pageOf({ first: 4, after })
    forward.push(...page.nodes)
    if (!page.pageInfo.hasNextPage) break
    after = page.pageInfo.endCursor
  }
  const backward: number[] = []
  for (let before: string | null = null; ; ) {
    const page = pageOf({ last: 4, before })
    backward.unshift(...page.nodes)
    if (!page.pageInfo.hasPreviousPage) break
    before = page.pageInfo.startCursor
  }

  expect(forward).toEqual(numbers)
  expect(backward).toEqual(numbers)
})

describe('arguments that make no page', () => {
  it.each([
    [{ first: 0 }],
    [{ first: -1 }],
    [{ first: 6 }],
    [{ last: 6 }],
    [{ first: 1, last: 1 }],
    [{ first: 1, before: cursor.encode([1]) }],
    [{ last: 1, after: cursor.encode([1]) }],
    [{ after: cursor.encode([1]), before: cursor.encode([2]) }],
    [{ after: 'nonsense' }],
  ])('are refused: %j', (args) => {
    expect(refusal(args)).toMatchObject({ name: 'GravityError', code: 'BAD_USER_INPUT' })
  })

  it('are told what would be right', () => {
    expect(refusal({ first: 1_000 })).toMatchObject({
      message: '`first` must be from 1 to 5, not 1000',
    })
  })
})
