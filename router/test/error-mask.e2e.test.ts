import { describe, expect, it } from '@jest/globals'
import { GraphQLError } from 'graphql'
import { readRouterConfig } from '../src/config.ts'
import type { TestSubgraph } from './execution-graph.ts'
import { openTestRouter } from './opened-router.ts'

const fail = (code: string) => () => {
  const extensions = { code, left: 3, serviceName: 'shop-7.internal' }
  throw new GraphQLError('Only three are left', { extensions })
}

const shop: readonly TestSubgraph[] = [
  {
    name: 'shop',
    sdl: 'type Query { known: String own: String bug: String }',
    resolvers: {
      Query: {
        known: fail('CONFLICT'),
        own: fail('SOLD_OUT'),
        bug: () => {
          throw new Error('select * from users at postgres://10.0.0.1')
        },
      },
    },
  },
]

async function errorsFor(env: NodeJS.ProcessEnv) {
  await using router = await openTestRouter(shop, env)
  const { errors = [] } = await router.ask('{ known own bug }')
  return errors.map(({ message, path, extensions }) => {
    const { requestId, ...facts } = extensions ?? {}
    expect(requestId).toEqual(expect.any(String))
    return [path?.join('.'), message, facts]
  })
}

const masked = 'Something went wrong here; the request id leads to the cause in the log.'
const internal = { code: 'INTERNAL_SERVER_ERROR' }

describe('errors of subgraphs', () => {
  it('reach clients when their code is for them, without what is internal', async () => {
    expect(await errorsFor({})).toEqual([
      ['known', 'Only three are left', { code: 'CONFLICT', left: 3 }],
      ['own', masked, internal],
      ['bug', masked, internal],
    ])
  })

  it('reach clients with codes of their own that are allowed', async () => {
    expect(await errorsFor({ GRAVITY_ROUTER_ERROR_CODES: 'TOO_LATE, SOLD_OUT' })).toEqual([
      ['known', 'Only three are left', { code: 'CONFLICT', left: 3 }],
      ['own', 'Only three are left', { code: 'SOLD_OUT', left: 3 }],
      ['bug', masked, internal],
    ])
  })

  it('cannot be allowed by what is no code', () => {
    const read = () => readRouterConfig({ GRAVITY_ROUTER_ERROR_CODES: 'SOLD-OUT' })

    expect(read).toThrow(/GRAVITY_ROUTER_ERROR_CODES .*SOLD_OUT,TOO_LATE/)
  })
})
