import { describe, expect, it } from '@jest/globals'
import { checkReadiness } from './readiness.ts'

const up = async (): Promise<void> => undefined

describe('checkReadiness', () => {
  it('is ready when every check passes, and without checks', async () => {
    expect(await checkReadiness({ database: up, queues: up })).toMatchObject({
      ready: true,
      dependencies: { database: { status: 'up' }, queues: { status: 'up' } },
    })
    expect((await checkReadiness({})).ready).toBe(true)
  })

  it('is not ready when a check fails, by promise or at once', async () => {
    const gone = new Error('gone')
    const readiness = await checkReadiness({
      database: async () => Promise.reject(gone),
      cache: () => {
        throw gone
      },
      queues: up,
    })

    expect(readiness).toMatchObject({
      ready: false,
      dependencies: {
        database: { status: 'down' },
        cache: { status: 'down' },
        queues: { status: 'up' },
      },
    })
    expect([...readiness.failures]).toEqual([
      ['cache', gone],
      ['database', gone],
    ])
  })

  it('does not wait for a check that never answers', async () => {
    const silent = () => new Promise<void>(() => undefined)

    const readiness = await checkReadiness({ database: silent }, { timeoutMs: 5 })

    expect(readiness.dependencies).toMatchObject({ database: { status: 'down' } })
  })
})
