import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { serverAudits } from 'graphql-http'
import { type RunningRouter, startRouter } from './running-router.ts'

let router: RunningRouter
beforeAll(async () => {
  router = await startRouter()
})
afterAll(() => router.stop())

const audits = serverAudits({ url: () => router.graphql })

describe('GraphQL over HTTP', () => {
  it('has 61 audits', () => {
    expect(audits).toHaveLength(61)
  })

  it.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))(
    '%s',
    async (_, audit) => {
      const result = await audit.fn()

      expect(result).toMatchObject({ status: 'ok' })
    },
  )
})
