import { demoPeople } from '@gravity/shared/demo/demo-people'
import { aViewer } from '@gravity/shared/testing/a-viewer'
import { openTestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'

it('fills an empty database with people who have something to show, and does so once', async () => {
  await using users = await openTestSubgraph(createSubgraph, { seed: 'demo' })
  const alice = demoPeople.find(({ email }) => email === 'alice@gravity.local')
  const viewer = aViewer({ userId: alice?.id ?? '' })
  const seen = () =>
    users.answer(
      `{ me { isVerified links { url } } addresses { label isDefaultShipping } consents { document }
        userByUsername(username: "AliceMoreau") { id } }`,
      { viewer },
    )
  const expected = {
    me: {
      isVerified: true,
      links: [{ url: 'https://example.com/' }, { url: 'https://example.org/alice' }],
    },
    addresses: [
      { label: 'Home', isDefaultShipping: true },
      { label: 'Studio', isDefaultShipping: false },
    ],
    consents: [{ document: 'terms' }],
    userByUsername: { id: alice?.id },
  }

  expect(await seen()).toEqual(expected)
  await using _again = await openTestSubgraph(createSubgraph, {
    platform: users.platform,
    seed: 'demo',
  })
  expect(await seen()).toEqual(expected)
})
