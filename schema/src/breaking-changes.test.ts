import { describe, expect, it } from '@jest/globals'
import { compareApis, parseAcceptedChanges } from './breaking-changes.ts'

const before = 'type Query { me: User } type User { id: ID! name: String }'

describe('compareApis', () => {
  it('takes an addition', async () => {
    const after = 'type Query { me: User } type User { id: ID! name: String bio: String }'

    expect(await compareApis(before, after, [])).toEqual({
      breaking: [],
      accepted: [],
      dangerous: [],
      unused: [],
    })
  })

  it('finds what breaks a client', async () => {
    const after = 'type Query { me(at: ID!): User } type User { id: ID }'

    const { breaking } = await compareApis(before, after, [])

    expect(breaking).toEqual([
      "Argument 'at: ID!' added to field 'Query.me'",
      "Field 'User.id' changed type from 'ID!' to 'ID'",
      "Field 'name' was removed from object type 'User'",
    ])
  })

  it('lets an accepted change pass and names entries that nothing needs', async () => {
    const after = 'type Query { me: User } type User { id: ID! }'
    const change = "Field 'name' was removed from object type 'User'"

    const changes = await compareApis(before, after, [
      { change, reason: 'No client read it.' },
      { change: 'Gone', reason: 'Long ago.' },
    ])

    expect(changes).toMatchObject({ breaking: [], accepted: [change], unused: ['Gone'] })
  })

  it('names what may surprise a client', async () => {
    const colours = 'type Query { c: C } enum C { RED }'

    const { dangerous } = await compareApis(colours, colours.replace('RED', 'RED BLUE'), [])

    expect(dangerous).toEqual(["Enum value 'BLUE' was added to enum 'C'"])
  })
})

describe('parseAcceptedChanges', () => {
  it('refuses an entry without a reason', () => {
    const text = '[{ "change": "Gone", "reason": " " }]'

    expect(() => parseAcceptedChanges(text, 'accepted.json')).toThrow(
      'Entry 1 of accepted.json needs a "change" and a "reason", both texts.',
    )
  })
})
