import { describe, expect, it } from '@jest/globals'
import type { TestSubgraph } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'

const link = 'https://specs.apollo.dev/federation/v2.9'

const subgraphs: readonly TestSubgraph[] = [
  {
    name: 'shop',
    sdl: `
      extend schema @link(url: "${link}", import: ["@key", "@tag"])
      type Query {
        product: Product @tag(name: "public")
        audit: [String!] @tag(name: "admin")
      }
      type Product @key(fields: "sku") {
        sku: ID! @tag(name: "internal")
        name: String @tag(name: "public")
      }`,
    resolvers: {
      Query: { product: () => ({ sku: 's1', name: 'Lamp' }), audit: () => ['sold'] },
    },
  },
  {
    name: 'stock',
    sdl: `
      extend schema @link(url: "${link}", import: ["@key", "@tag"])
      type Product @key(fields: "sku") {
        sku: ID!
        inStock: Int @tag(name: "public")
        warehouse: String
      }`,
    resolvers: {
      Product: {
        __resolveReference: (reference: object) => reference,
        inStock: () => 3,
        warehouse: () => 'W',
      },
    },
  },
]

const fields = '{ __type(name: "Product") { fields { name } } }'

function names(...list: string[]) {
  return { data: { __type: { fields: list.map((name) => ({ name })) } } }
}

describe('a router with a contract', () => {
  it('does not know what is excluded, and fetches it where it needs it', async () => {
    await using router = await openTestRouter(subgraphs, {
      GRAVITY_ROUTER_CONTRACT_EXCLUDE: 'admin, internal',
    })

    expect(await router.ask('{ product { name inStock warehouse } }')).toEqual({
      data: { product: { name: 'Lamp', inStock: 3, warehouse: 'W' } },
    })
    expect(await router.ask(fields)).toEqual(names('inStock', 'name', 'warehouse'))
    for (const hidden of ['{ audit }', '{ product { sku } }']) {
      expect(await router.ask(hidden)).toMatchObject({
        errors: [{ message: expect.stringContaining('Cannot query field') }],
      })
    }
  })

  it('knows only what is included', async () => {
    await using router = await openTestRouter(subgraphs, {
      GRAVITY_ROUTER_CONTRACT_INCLUDE: 'public',
    })

    expect(await router.ask(fields)).toEqual(names('inStock', 'name'))
    expect(await router.ask('{ product { inStock } }')).toEqual({
      data: { product: { inStock: 3 } },
    })
  })

  it('does not start when the contract leaves nothing', async () => {
    await expect(
      openTestRouter(subgraphs, { GRAVITY_ROUTER_CONTRACT_INCLUDE: 'nobody' }),
    ).rejects.toThrow(/The contract leaves no valid schema.*Change GRAVITY_ROUTER_CONTRACT_…/s)
  })
})
