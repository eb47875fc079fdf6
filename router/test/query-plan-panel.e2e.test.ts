import { eventually } from '@gravity/shared/testing/eventually'
import { findTestBrowser, launchTestBrowser } from '@gravity/shared/testing/test-browser'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import type { TestSubgraph } from './execution-graph.ts'
import { type OpenedRouter, openTestRouter } from './opened-router.ts'

// Without a browser explorer.e2e.test.ts says loudly what is not tried.
const describeBrowser = findTestBrowser() === undefined ? describe.skip : describe

const link = 'https://specs.apollo.dev/federation/v2.9'

const subgraphs: readonly TestSubgraph[] = [
  {
    name: 'shop',
    sdl: `
      extend schema @link(url: "${link}", import: ["@key"])
      type Query { products: [Product!]! }
      type Mutation { buy: Product }
      type Subscription { bought: Product }
      type Product @key(fields: "id") { id: ID! name: String }`,
    resolvers: {
      Query: {
        products: () => [
          { id: '1', name: 'Lamp' },
          { id: '2', name: 'Desk' },
        ],
      },
    },
  },
  {
    name: 'reviews',
    sdl: `
      extend schema @link(url: "${link}", import: ["@key"])
      type Product @key(fields: "id") { id: ID! reviews: [Review!]! }
      type Review { author: Person! }
      type Person @key(fields: "id", resolvable: false) { id: ID! }`,
    resolvers: {
      Product: {
        __resolveReference: (reference: object) => reference,
        reviews: () => [{ author: { id: '7' } }],
      },
    },
  },
  {
    name: 'people',
    sdl: `
      extend schema @link(url: "${link}", import: ["@key"])
      type Query { person: Person }
      type Person @key(fields: "id") { id: ID! name: String }`,
    resolvers: {
      Person: { __resolveReference: (reference: object) => ({ ...reference, name: 'Ada' }) },
    },
  },
]

describeBrowser('the query plan panel', () => {
  let browser: Browser
  let router: OpenedRouter
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    router = await openTestRouter(subgraphs)
    browser = await launchTestBrowser()
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (line) => {
      if (line.type() === 'error') complaints.push(line.text())
    })
    await page.goto(`${router.url}/graphiql`)
    await page.waitForSelector('.graphiql-query-editor .CodeMirror')
    await page.getByRole('button', { name: 'Query plan' }).click()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await router?.stop()
  })

  async function write(operation: string): Promise<void> {
    await page.locator('.graphiql-query-editor .CodeMirror').click()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText(operation)
  }

  async function rows(): Promise<string[]> {
    return page.locator('.plan-fetch summary').allTextContents()
  }

  it('shows what waits for what', async () => {
    await write('query Shop { products { name reviews { author { name } } } }')

    await page.getByRole('button', { name: 'Plan', exact: true }).click()

    await eventually(async () =>
      expect(await rows()).toEqual([
        '1. shopfields',
        '2. reviewsentities · after 1',
        '3. peopleentities · after 2',
      ]),
    )
    await page.locator('.plan-fetch').first().click()
    expect(await page.locator('.plan-fetch pre').first().textContent()).toContain('products {')
  }, 60_000)

  it('shows what was measured', async () => {
    await page.getByRole('button', { name: 'Run and measure' }).click()

    await eventually(async () =>
      expect(await rows()).toEqual([
        expect.stringMatching(/^1. shopfields · [\d.]+ ms$/),
        expect.stringMatching(/^2. reviews2 entities · after 1 · [\d.]+ ms$/),
        expect.stringMatching(/^3. people1 entity · after 2 · [\d.]+ ms$/),
      ]),
    )
    expect(await page.locator('.plan-cost').textContent()).toBe('Cost: estimated 3, measured 6')
    const screenshot = process.env['GRAVITY_TEST_SCREENSHOT']
    if (screenshot !== undefined) await page.screenshot({ path: screenshot })
  }, 60_000)

  it('plans subscriptions, of several operations the one at the cursor, and says what is wrong', async () => {
    await write('query A { person { name } }\nsubscription B { bought { reviews { __typename } } }')
    await page.getByRole('button', { name: 'Plan', exact: true }).click()
    await eventually(async () =>
      expect(await rows()).toEqual(['1. shopevents', '2. reviewsentities · after 1']),
    )

    await write('{ nothing }')
    await page.getByRole('button', { name: 'Plan', exact: true }).click()
    await eventually(async () =>
      expect(await page.locator('.plan-error').textContent()).toContain('Cannot query field'),
    )
    expect(complaints).toEqual([])
  }, 60_000)
})
