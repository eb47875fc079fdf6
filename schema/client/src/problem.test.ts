import { describe, expect, it } from '@jest/globals'
import type { RegisterMutation } from './generated/documents.ts'
import { ProblemError, takeSuccess } from './problem.ts'

describe('takeSuccess', () => {
  it('returns the success with its own type', () => {
    const user = { id: '1', username: 'ada', displayName: 'Ada', avatarUrl: null }
    const tokens = { accessToken: 'a', accessTokenExpiresAt: 'b', refreshToken: 'c' }
    const outcome: RegisterMutation['register'] = { __typename: 'Session', ...tokens, user }

    expect(takeSuccess(outcome, 'Session').user.displayName).toBe('Ada')
  })

  it('throws a problem with what a form needs to show it', async () => {
    const refuse = (): RegisterMutation['register'] => ({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      message: 'The name is empty.',
      field: 'displayName',
    })

    const taking = (async () => takeSuccess(refuse(), 'Session'))()

    await expect(taking).rejects.toBeInstanceOf(ProblemError)
    await expect(taking).rejects.toMatchObject({
      message: 'The name is empty.',
      typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      field: 'displayName',
    })
  })
})
