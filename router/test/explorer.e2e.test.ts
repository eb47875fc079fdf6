import { eventually } from '@gravity/shared/testing/eventually'
import { findTestBrowser, launchTestBrowser } from '@gravity/shared/testing/test-browser'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { type RunningRouter, startRouter } from './running-router.ts'
import { createTestKey, type TestKey, TestKeySource } from './test-tokens.ts'

if (findTestBrowser() === undefined) {
  console.warn(`
  ****************************************************************************
  ** THERE IS NO CHROMIUM: THE EXPLORER IS NOT TRIED IN A BROWSER.           **
  ** Install Chromium, or set GRAVITY_TEST_BROWSER to the path of one.       **
  ****************************************************************************
`)
}

let router: RunningRouter
let key: TestKey
beforeAll(async () => {
  key = await createTestKey()
  router = await startRouter({ keySource: new TestKeySource(key).read })
})
afterAll(() => router.stop())

const navigation = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('the explorer', () => {
  it('is found at / by browsers, and its addresses by programs', async () => {
    const page = await fetch(router.url, { headers: navigation })
    const addresses = await fetch(router.url)

    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await addresses.json()).toMatchObject({ graphql: '/graphql', explorer: '/graphiql' })
  })

  it('loads scripts from nowhere else', async () => {
    const page = await fetch(`${router.url}/graphiql`)

    expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
    expect(await page.text()).not.toMatch(/(src|href)="https?:/)
  })

  it('serves everything that its pages name, to be kept for ever', async () => {
    for (const path of ['/', '/graphiql']) {
      const page = await fetch(router.url + path, { headers: navigation })
      const names = [...(await page.text()).matchAll(/"(\/graphiql\/assets\/[^"]+)"/g)]
      expect(names.length).toBeGreaterThan(1)

      for (const [, name] of names) {
        const asset = await fetch(router.url + name)
        expect(asset.status).toBe(200)
        expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
        expect(asset.headers.get('content-encoding')).toBe('gzip')
        expect((await asset.text()).length).toBeGreaterThan(0)
      }
    }
  })

  it('is not there when it is switched off', async () => {
    await using closed = await startRouter({ config: { explorer: false } })

    expect((await fetch(`${closed.url}/graphiql`)).status).toBe(404)
    expect((await fetch(closed.url, { headers: navigation })).status).toBe(404)
    expect((await fetch(closed.graphql, { headers: navigation })).status).toBe(400)
  })
})

const describeBrowser = findTestBrowser() === undefined ? describe.skip : describe

describeBrowser('the explorer in a browser', () => {
  let browser: Browser
  let page: Page
  let complaints: string[] = []
  beforeAll(async () => {
    browser = await launchTestBrowser()
  }, 60_000)
  afterAll(() => browser?.close())

  async function open(path: string): Promise<Page> {
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    complaints = []
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (line) => {
      if (line.type() === 'error') complaints.push(line.text())
    })
    await page.route(
      (url) => url.origin !== router.url,
      (route) => route.abort('internetdisconnected'),
    )
    await page.goto(router.url + path)
    return page
  }

  async function shown(selector: string): Promise<string> {
    return ((await page.locator(selector).textContent()) ?? '').replace(/\s+/g, ' ')
  }

  it('shows a landing page that leads to GraphiQL when there is no network', async () => {
    await open('/')

    await eventually(async () => expect(await shown('#status')).toContain('cannot be reached'))
    expect(await shown('#welcome')).toContain(`${router.url}/graphql`)
    await page.getByRole('link', { name: 'Open GraphiQL' }).click()
    await page.waitForSelector('.graphiql-container')
    await page.close()
  }, 60_000)

  it('gives way to Apollo Sandbox where the network has it', async () => {
    page = await browser.newPage()
    // Stands for the script that Apollo serves: it tells what it was asked for.
    const body = `globalThis.EmbeddedSandbox = class {
      constructor({ target, initialEndpoint }) {
        document.querySelector(target).textContent = 'Sandbox over ' + initialEndpoint
      }
    }`
    await page.route('https://embeddable-sandbox.cdn.apollographql.com/**', (route) =>
      route.fulfill({ contentType: 'text/javascript', body }),
    )

    await page.goto(router.url)

    await page.getByText(`Sandbox over ${router.graphql}`).waitFor()
    expect(await page.locator('#welcome').isVisible()).toBe(false)
    await page.close()
  }, 60_000)

  /** Puts text into one of GraphiQL's editors, as a person would paste it. */
  async function fill(section: string, text: string): Promise<void> {
    const editor = page.locator(`${section} .CodeMirror:visible`).first()
    await editor.click()
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText(text)
  }

  /** GraphiQL learns an operation's name a moment after it is typed, and shows it on the tab. */
  async function run(name: string, operation: string): Promise<void> {
    await fill('.graphiql-query-editor', operation)
    await eventually(async () => expect(await shown('.graphiql-tab')).toContain(name))
    await page.keyboard.press('ControlOrMeta+Enter')
  }

  it('runs queries and subscriptions in GraphiQL, with the token of the headers editor', async () => {
    await open('/graphiql')
    await page.waitForSelector('.graphiql-query-editor .CodeMirror')
    const token = await key.sign({ userId: 'user-from-browser' })
    await fill('.graphiql-editor-tool', JSON.stringify({ Authorization: `Bearer ${token}` }))

    await run('Me', 'query Me { me { id } }')
    await eventually(async () =>
      expect(await shown('.result-window')).toContain('"id": "user-from-browser"'),
    )

    await run('Live', 'subscription Live { published }')
    await eventually(() => expect(router.graph.running.size).toBe(1))
    router.graph.publish('live from the server')
    await eventually(async () =>
      expect(await shown('.result-window')).toContain('live from the server'),
    )

    expect(complaints).toEqual([])
    await page.close()
    await eventually(() => expect(router.graph.running.size).toBe(0))
  }, 60_000)
})
