import { describe, expect, it } from '@jest/globals'
import { viewerIndependentFields } from './viewer-independence.ts'

describe('viewerIndependentFields', () => {
  it('takes marked fields, all fields of a marked object, and keys', () => {
    const fields = viewerIndependentFields([
      'type Message @key(fields: "id") { id: ID! body: String @viewerIndependent draft: String }',
      'type User @key(fields: "id") @viewerIndependent { id: ID! displayName: String! }',
    ])

    expect([...fields].sort()).toEqual([
      'Message.body',
      'Message.id',
      'User.displayName',
      'User.id',
    ])
  })

  it('does not take a field that some subgraph resolves without the mark', () => {
    const fields = viewerIndependentFields([
      'type User { name: String @viewerIndependent }',
      'type User { name: String }',
    ])

    expect([...fields]).toEqual([])
  })

  it('does not hear a subgraph that only refers to a field', () => {
    const fields = viewerIndependentFields([
      'type User { name: String @viewerIndependent }',
      'type User { name: String @external }',
    ])

    expect([...fields]).toEqual(['User.name'])
  })
})
