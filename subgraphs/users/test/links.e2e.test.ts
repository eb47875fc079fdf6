import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openTestSubgraph, type TestSubgraph } from '@gravity/shared/testing/open-test-subgraph'
import { runJob } from '@gravity/shared/testing/run-job'
import { createTestPlatform, type TestPlatform } from '@gravity/shared/testing/test-platform'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSubgraph } from '../src/subgraph.ts'
import { aPerson, sees, type TestPerson } from './people.ts'

let platform: TestPlatform
let users: TestSubgraph
let web: Server
let origin: string
/** What the pages of the test's own web say. */
const pages = new Map<string, string>()
let visits = 0

beforeAll(async () => {
  web = createServer(({ url = '' }, response) => {
    visits += 1
    const page = pages.get(url)
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(page)
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  // A TCP server listens at an address with a port.
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
  process.env['GRAVITY_USERS_LOOPBACK_LINKS'] = 'true'
  platform = await createTestPlatform()
  users = await openTestSubgraph(createSubgraph, { platform })
})

afterAll(async () => {
  delete process.env['GRAVITY_USERS_LOOPBACK_LINKS']
  await users[Symbol.asyncDispose]()
  await platform.close()
  web.close()
})

const dayMs = 24 * 60 * 60 * 1_000

interface ShownLink {
  readonly url: string
  readonly verifiedAt: string | null
}

async function update(person: TestPerson, urls: readonly string[]) {
  const data = await person.answer<{ updateLinks: { links?: ShownLink[]; field?: string } }>(
    `mutation ($input: UpdateLinksInput!) { updateLinks(input: $input) {
      __typename ... on User { links { url verifiedAt } } ... on InvalidInput { field }
    } }`,
    { input: { urls } },
  )
  return data.updateLinks
}

async function linksOf(person: TestPerson, viewer = person): Promise<readonly ShownLink[] | null> {
  const user = await sees<{ links: ShownLink[] | null }>(
    viewer,
    person,
    'links { url verifiedAt checkedAt }',
  )
  return user?.links ?? null
}

async function look(): Promise<void> {
  await runJob(platform, 'users', { name: 'check-links' })
}

async function profileUrl(person: TestPerson): Promise<string> {
  const user = await sees<{ profileUrl: string }>(person, person, 'profileUrl')
  return user?.profileUrl ?? ''
}

async function publish(path: string, person: TestPerson): Promise<string> {
  pages.set(
    path,
    `<p>Find me <a rel="me noopener" href="${await profileUrl(person)}">there</a></p>`,
  )
  return `${origin}${path}`
}

describe('updateLinks', () => {
  it('keeps the order, forgets what is left out, and keeps what is verified', async () => {
    const person = await aPerson(users, 'Orderly')
    const mine = await publish('/orderly', person)
    await update(person, [mine, 'https://example.org/a'])
    await look()

    const after = await update(person, ['https://example.org/b', mine, mine])

    expect(after.links).toEqual([
      { url: 'https://example.org/b', verifiedAt: null },
      { url: mine, verifiedAt: expect.any(String) },
    ])
  })

  it.each([
    ['nine links', Array.from({ length: 9 }, (_, index) => `https://example.org/${index}`)],
    ['no address', ['example.org']],
    ['another scheme', ['javascript:alert(1)']],
    ['credentials', ['https://user:secret@example.org/']],
    ['a port', ['https://example.org:8443/']],
    ['a long address', [`https://example.org/${'x'.repeat(500)}`]],
  ])('refuses %s', async (_what, urls) => {
    expect(await update(await aPerson(users, 'Refused'), urls)).toMatchObject({ field: 'urls' })
  })
})

describe('a link', () => {
  it('is verified when the page says so too', async () => {
    const person = await aPerson(users, 'Webmistress')
    const mine = await publish('/mine', person)
    const others = await publish('/others', await aPerson(users, 'Somebody Else'))

    await update(person, [mine, others, `${origin}/missing`])
    await look()

    const links = await linksOf(person)
    expect(links?.map(({ verifiedAt }) => verifiedAt !== null)).toEqual([true, false, false])
  })

  it('is looked at once a week, and loses its verification when the page fails three times', async () => {
    const person = await aPerson(users, 'Fading')
    const mine = await publish('/fading', person)
    await update(person, [mine])
    await look()
    const before = visits
    await look()
    expect(visits).toBe(before)

    pages.set('/fading', 'Nothing here')
    const states: boolean[] = []
    for (let looks = 0; looks < 3; looks += 1) {
      platform.clock.advance(7 * dayMs + 1_000)
      await look()
      states.push((await linksOf(person))?.[0]?.verifiedAt !== null)
    }

    expect(states).toEqual([true, true, false])
  })

  it('is looked at again when the person has another name', async () => {
    const person = await aPerson(users, 'Moving House')
    const url = await publish('/moving', person)
    await update(person, [url])
    await look()
    await person.answer(
      'mutation { changeUsername(input: { username: "moved_house" }) { __typename } }',
    )
    await publish('/moving', person)

    const before = visits
    await look()

    expect(visits).toBe(before + 1)
    expect((await linksOf(person))?.[0]?.verifiedAt).not.toBeNull()
  })

  it('is shown to those to whom the person shows it', async () => {
    const person = await aPerson(users, 'Shy')
    const stranger = await aPerson(users, 'Stranger')
    await update(person, ['https://example.org/shy'])
    expect(await linksOf(person, stranger)).toHaveLength(1)

    await person.answer('mutation { updatePrivacy(input: { socialLinks: NOBODY }) { __typename } }')

    expect(await linksOf(person, stranger)).toBeNull()
    expect(await linksOf(person)).toHaveLength(1)
  })

  it('does not lead to this machine where that is not allowed', async () => {
    process.env['GRAVITY_USERS_LOOPBACK_LINKS'] = 'false'
    await using strict = await openTestSubgraph(createSubgraph)
    process.env['GRAVITY_USERS_LOOPBACK_LINKS'] = 'true'
    const person = await aPerson(strict, 'Attacker')

    expect(await update(person, [`${origin}/mine`])).toMatchObject({ field: 'urls' })
    await strict.sql(
      `insert into profile_links (id, user_id, position, url, added_at, check_at) values (gen_random_uuid(), $1, 1, $2, now(), now())`,
      [person.id, `${origin}/mine`],
    )
    const before = visits
    await runJob(strict.platform, 'users', { name: 'check-links' })
    expect(visits).toBe(before)
    const [row] = await strict.sql('select failures, verified_at from profile_links')
    expect(row).toEqual({ failures: 1, verified_at: null })
  })
})
