import { describe, expect, it } from '@jest/globals'
import { buildSchema, type FragmentDefinitionNode, Kind, parse } from 'graphql'
import { countFields } from './count-fields.ts'

const schema = buildSchema(`
  type Query { node: Node friends: [User!] found: Found }
  interface Node { id: ID! }
  type User implements Node { id: ID! name: String best: User }
  union Found = User
`)

function count(text: string): Record<string, number> {
  const { definitions } = parse(text)
  const operation = definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('There is no operation.')
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition)
    }
  }
  return Object.fromEntries(countFields({ operation, fragments, schema }))
}

describe('countFields', () => {
  it('counts aliases, and fragments as often as they are spread', () => {
    const text = `
      { a: friends { ...f } b: friends { ...f best { ...f } } }
      fragment f on User { name other: name }
    `

    expect(count(text)).toEqual({ 'Query.friends': 2, 'User.best': 1, 'User.name': 6 })
  })

  it('counts a field of an interface for its implementations too, and the other way round', () => {
    const text =
      '{ __typename node { id ... on User { id ... { name } } } found { ... on Node { id } } }'

    expect(count(text)).toEqual({
      'Query.node': 1,
      'Query.found': 1,
      'Node.id': 3,
      'User.id': 3,
      'User.name': 1,
    })
  })
})
