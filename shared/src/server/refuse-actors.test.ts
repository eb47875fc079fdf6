import { describe, expect, it } from '@jest/globals'
import { buildSchema, graphql } from 'graphql'
import { aViewer } from '../testing/a-viewer.ts'
import type { Viewer } from '../viewer/viewer.ts'
import { refuseActors } from './refuse-actors.ts'

const schema = buildSchema(
  'type Query { me: Int } type Mutation { leave: Int changePassword: Int }',
)
refuseActors(schema, {
  isRefused: (mutation) => mutation !== 'leave',
  // The test has put it there.
  viewerOf: (context) => (context as { readonly viewer: Viewer }).viewer,
})

function ask(source: string, viewer: Viewer) {
  const rootValue = { me: 1, leave: 1, changePassword: 1 }
  return graphql({ schema, source, rootValue, contextValue: { viewer } })
}

describe('refuseActors', () => {
  const acting = aViewer({ impersonatedBy: 'admin-1' })

  it('keeps from who acts as somebody what belongs to that person alone', async () => {
    const { errors } = await ask('mutation { changePassword }', acting)

    expect(errors?.[0]?.originalError).toMatchObject({ code: 'FORBIDDEN' })
  })

  it('lets the person themselves do all of it, and who acts as them the rest', async () => {
    expect(await ask('mutation { changePassword leave }', aViewer())).toEqual({
      data: { changePassword: 1, leave: 1 },
    })
    expect(await ask('mutation { leave }', acting)).toEqual({ data: { leave: 1 } })
    expect(await ask('{ me }', acting)).toEqual({ data: { me: 1 } })
  })
})
