import { eventually } from '@gravity/shared/testing/eventually'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { namesIn, sees, somePeople } from './people.ts'

let users: TestSubgraph

beforeAll(async () => {
  users = await openTestSubgraph(createSubgraph)
})

afterAll(() => users[Symbol.asyncDispose]())

async function reconcile(): Promise<void> {
  const queue = users.platform.queues.queue('jobs.users')
  await queue.add([
    {
      name: 'reconcile-relations',
      data: { input: {} },
      attempts: 1,
      backoff: { delayMs: 1, maxDelayMs: 1, jitter: 0 },
    },
  ])
  await eventually(async () => {
    const { active, waiting } = await queue.counts()
    if (active + waiting > 0) throw new Error('the job is still at work')
  })
}

describe('reconcile-relations', () => {
  it('puts counters and guards right', async () => {
    const { ann, ben, cyd } = await somePeople(users, 'ann', 'ben', 'cyd')
    await ann.act('followUser', ben)
    await ann.act('blockUser', cyd)
    await users.sql(
      `update profiles set follower_count = 41, following_count = 7, is_guarded = not is_guarded
       where id = any($1)`,
      [[ann.id, ben.id, cyd.id]],
    )

    await reconcile()

    const counts = 'followerCount followingCount'
    expect(await sees(ann, ben, counts)).toEqual({ followerCount: 1, followingCount: 0 })
    expect(await sees(ben, ann, counts)).toEqual({ followerCount: 0, followingCount: 1 })
    expect(await sees(cyd, ann, 'id')).toBeNull()
  })

  it('accepts what was asked of an account that has been opened since', async () => {
    const { ann, noor } = await somePeople(users, 'ann', 'noor')
    await noor.answer('mutation { updatePrivacy(input: { isPrivate: true }) { __typename } }')
    await ann.act('followUser', noor)
    // As if the process had died after the change and before it accepted anybody.
    await users.sql('update profiles set is_private = false where id = $1', [noor.id])

    await reconcile()

    expect(await namesIn(noor, 'followers', noor)).toEqual(['ann'])
  })

  it('removes mutes that have ended', async () => {
    const { ann, ben } = await somePeople(users, 'ann', 'ben')
    await ann.act('muteUser', ben)
    await users.sql(
      `update mutes set muted_at = now() - interval '2 hours', muted_until = now() - interval '1 hour'`,
    )

    await reconcile()

    expect(await users.sql('select from mutes')).toEqual([])
  })
})
