import { describe, expect, it } from '@jest/globals'
import { buildSchema, type FragmentDefinitionNode, Kind, parse } from 'graphql'
import { estimateNodes } from './estimate-nodes.ts'

const schema = buildSchema(`
  type Query { me: User rooms(first: Int = 20): Rooms users: [User!]! }
  type Rooms { nodes: [Room!]! }
  type Room { name: String messages(last: Int = 50): Messages! }
  type Messages { nodes: [Message!]! }
  type Message { body: String author: User! room: Room! }
  type User { name: String }
`)

function nodesOf(text: string, variables: Record<string, unknown> = {}): number {
  const document = parse(text)
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (!operation) throw new Error('There is no operation.')
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one)
  }
  return estimateNodes({ operation, fragments, variables, schema })
}

describe('estimateNodes', () => {
  it('counts objects, not values', () => {
    expect(nodesOf('{ me { name } }')).toBe(1)
    expect(nodesOf('{ users { name } }')).toBe(1)
  })

  it('takes the page size from the argument, the variable, or the default', () => {
    expect(nodesOf('{ rooms(first: 3) { nodes { name } } }')).toBe(6)
    const byVariable = 'query ($n: Int) { rooms(first: $n) { nodes { name } } }'
    expect(nodesOf(byVariable, { n: 7 })).toBe(14)
    expect(nodesOf(byVariable)).toBe(40)
    expect(nodesOf('{ rooms { nodes { name } } }')).toBe(40)
  })

  it('multiplies pages within pages, through fragments too', () => {
    const text = `
      { rooms(first: 10) { nodes { ...Page } } }
      fragment Page on Room { messages(last: 10) { nodes { author { name } } } }`

    // Ten rooms twice (the page and the node), and for each ten messages, nodes and authors.
    expect(nodesOf(text)).toBe(10 * (2 + 10 * 3))
  })

  it('grows with every turn of a cycle', () => {
    const turn = (inner: string) => `messages(last: 100) { nodes { room { ${inner} } } }`
    const text = `{ rooms(first: 1) { nodes { ${turn(turn(turn('name')))} } } }`

    expect(nodesOf(text)).toBeGreaterThan(1_000_000)
  })

  it('comes to an end when fragments spread each other', () => {
    const text = `
      { rooms { nodes { ...A } } }
      fragment A on Room { name messages { nodes { room { ...A } } } }`

    expect(nodesOf(text)).toBeLessThan(20_000)
  })
})
