import { describe, expect, it } from '@jest/globals'
import { EntitySchema } from 'typeorm'
import type { EntityShape } from './entity-shape.ts'

interface AuthorRow {
  id: string
  name: string
}

interface ReviewRow {
  id: string
  body: string | null
  facts: unknown
  author?: AuthorRow
}

const id = { type: 'uuid', primary: true } as const
const body = { type: 'text', nullable: true } as const
const facts = { type: 'jsonb' } as const
const relations = { author: { type: 'many-to-one', target: 'Author' } } as const

describe('EntityShape', () => {
  it('accepts a mapping that agrees with its row', () => {
    const author = new EntitySchema<AuthorRow>({
      name: 'Author',
      columns: { id, name: { type: 'text' } },
    } satisfies EntityShape<AuthorRow>)
    const review = new EntitySchema<ReviewRow>({
      name: 'Review',
      columns: { id, body, facts },
      relations,
    } satisfies EntityShape<ReviewRow>)

    expect([author.options.name, review.options.name]).toEqual(['Author', 'Review'])
  })

  it('refuses, at compile time, what does not', () => {
    const name = { type: 'text' } as const
    const author = { name: 'Author' } as const
    const review = { name: 'Review' } as const
    const mistakes = [
      // @ts-expect-error the column `name` is missing
      { ...author, columns: { id } } satisfies EntityShape<AuthorRow>,
      // @ts-expect-error there is no column `age`
      { ...author, columns: { id, name, age: name } } satisfies EntityShape<AuthorRow>,
      // @ts-expect-error `name` cannot be null
      { ...author, columns: { id, name: body } } satisfies EntityShape<AuthorRow>,
      // @ts-expect-error an author has no relations
      { ...author, columns: { id, name }, relations } satisfies EntityShape<AuthorRow>,
      // @ts-expect-error `body` can be null
      { ...review, columns: { id, body: name, facts }, relations } satisfies EntityShape<ReviewRow>,
      // @ts-expect-error the relation `author` is missing
      { ...review, columns: { id, body, facts } } satisfies EntityShape<ReviewRow>,
      {
        ...review,
        // @ts-expect-error `author` is a relation, not a column
        columns: { id, body, facts, author: name },
        relations,
      } satisfies EntityShape<ReviewRow>,
    ]

    expect(mistakes).toHaveLength(7)
  })
})
