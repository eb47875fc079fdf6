import { describe, expect, it } from '@jest/globals'
import type { TestSubgraph } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'
import { createTestKey, TestKeySource } from './test-tokens.ts'

/** Counts what is really asked of the subgraph. */
function createOffice() {
  const asked: string[] = []
  const resolve = (field: string, value: unknown) => () => {
    asked.push(field)
    return value
  }
  const subgraph: TestSubgraph = {
    name: 'office',
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
        import: ["@authenticated", "@requiresScopes", "@policy"])
      type Query {
        open: String
        mine: String @authenticated
        ledger: Ledger
        safe: String @policy(policies: [["keyholder"]])
      }
      type Mutation { pay(amount: Int!): String @requiresScopes(scopes: [["ledger:write"]]) }
      type Ledger @requiresScopes(scopes: [["ledger:read", "office:enter"], ["audit:read"]]) {
        total: Int
      }`,
    resolvers: {
      Query: {
        open: resolve('open', 'open'),
        mine: resolve('mine', 'mine'),
        ledger: resolve('ledger', { total: 7 }),
        safe: resolve('safe', 'gold'),
      },
      Mutation: { pay: resolve('pay', 'paid') },
    },
  }
  return { asked, subgraph }
}

async function start() {
  const { asked, subgraph } = createOffice()
  const key = await createTestKey()
  const router = await openTestRouter([subgraph], {}, { keySource: new TestKeySource(key).read })
  const askWith = async (query: string, scope?: string) => {
    const authorization = `Bearer ${await key.sign(scope === undefined ? {} : { scope })}`
    const { data, errors = [] } = await router.ask(query, { headers: { authorization } })
    return { data, codes: errors.map(({ path, extensions }) => [path?.[0], extensions?.['code']]) }
  }
  return { asked, router, askWith, [Symbol.asyncDispose]: router.stop }
}

const everything = '{ open mine ledger { total } safe }'

describe('access rules of the schema', () => {
  it('refuse strangers their fields, which nobody is asked for, and answer the rest', async () => {
    await using it = await start()

    const { data, errors = [] } = await it.router.ask(everything)

    expect(data).toEqual({ open: 'open', mine: null, ledger: null, safe: null })
    expect(errors.map(({ path, extensions }) => [path?.[0], extensions?.['code']])).toEqual(
      expect.arrayContaining([
        ['mine', 'UNAUTHENTICATED'],
        ['ledger', 'UNAUTHENTICATED'],
        ['safe', 'UNAUTHENTICATED'],
      ]),
    )
    expect(it.asked).toEqual(['open'])
  })

  it('open fields to those who hold every scope of one of the lists', async () => {
    await using it = await start()

    const half = await it.askWith('{ ledger { total } }', 'ledger:read')
    const all = await it.askWith('{ ledger { total } }', 'ledger:read office:enter')
    const other = await it.askWith('{ ledger { total } }', 'audit:read')

    expect(half).toMatchObject({ data: { ledger: null }, codes: [['ledger', 'FORBIDDEN']] })
    expect(all).toEqual({ data: { ledger: { total: 7 } }, codes: [] })
    expect(other).toEqual(all)
  })

  it('run no mutation that may not be run', async () => {
    await using it = await start()

    const refused = await it.askWith('mutation { pay(amount: 1) }', 'ledger:read')
    const allowed = await it.askWith('mutation { pay(amount: 1) }', 'ledger:write')

    expect(refused.codes).toEqual([['pay', 'FORBIDDEN']])
    expect(allowed).toEqual({ data: { pay: 'paid' }, codes: [] })
    expect(it.asked).toEqual(['pay'])
  })

  it('close what a policy protects when nobody evaluates it', async () => {
    await using it = await start()

    const { data, codes } = await it.askWith('{ open mine safe }', 'audit:read')

    expect(data).toEqual({ open: 'open', mine: 'mine', safe: null })
    expect(codes).toEqual([['safe', 'FORBIDDEN']])
    expect(it.asked.sort()).toEqual(['mine', 'open'])
  })
})
