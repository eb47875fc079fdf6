import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import { browserModules } from './browser-modules.ts'
import { TestGraph } from './test-graph.ts'

const executablePath = findChromium()
if (executablePath === undefined) {
  console.warn(
    'THERE IS NO chromium ON THE PATH: the tests of @gravity/client in a browser are left out.',
  )
}
const describeInBrowser = executablePath === undefined ? describe.skip : describe

function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        // Not in this folder; the next one may have it.
        return false
      }
    })
}

/** A script for a tab: a client over the shared storage whose followed messages end up in `shown`. */
const openClient = `
  const { createClient } = await import('/client/create-client.ts')
  const { createBrowserSessionStorage } = await import('/client/browser-session-storage.ts')
  const documents = await import('/client/generated/documents.ts')
  const client = createClient({ url: '/graphql', sessionStorage: createBrowserSessionStorage() })
  const shown = []
  const follow = async () => {
    const messages = client.subscribe(documents.MessageAddedDocument, { roomId: 'room', afterSequence: 0 }, {
      resume: (last, variables) => ({ ...variables, afterSequence: last.messageAdded.sequence }),
    })
    for await (const { messageAdded } of messages) shown.push(messageAdded.body)
  }
  Object.assign(window, { client, documents, shown })
  await client.session.current()
  follow().catch((error) => shown.push(error.code))`

describeInBrowser('tabs of a browser', () => {
  let browser: Browser
  let graph: TestGraph
  let tabs: Page[]

  beforeAll(async () => {
    browser = await chromium.launch({
      args: ['--no-sandbox'],
      ...(executablePath !== undefined && { executablePath }),
    })
  })

  beforeEach(async () => {
    graph = await new TestGraph().start()
    graph.page = browserModules
    const context = await browser.newContext()
    tabs = await Promise.all([context.newPage(), context.newPage(), context.newPage()])
    for (const tab of tabs) await tab.goto(new URL('/', graph.url).href)
    await tabs[0]?.evaluate(
      `(async () => {
        const { createBrowserSessionStorage } = await import('/client/browser-session-storage.ts')
        await createBrowserSessionStorage().save(${JSON.stringify(graph.desk.issue())})
      })()`,
    )
    for (const tab of tabs) await tab.evaluate(`(async () => { ${openClient} })()`)
    graph.room.send('one')
    await everyTabShows(['one'])
  })

  afterEach(async () => {
    for (const tab of tabs) await tab.context().close()
    await graph.stop()
  })

  afterAll(async () => {
    await browser.close()
  })

  async function everyTabShows(bodies: string[]): Promise<void> {
    for (const tab of tabs) {
      await tab.waitForFunction(`JSON.stringify(window.shown) === '${JSON.stringify(bodies)}'`)
    }
  }

  it('make one refresh together, and lose no message over it', async () => {
    graph.desk.forgetAccessTokens()
    graph.closeSockets(4401, 'The access token has expired.')

    const answers = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(`Promise.all([1, 2, 3, 4].map(async () => {
          const { me } = await client.execute(documents.MeDocument)
          return me.displayName
        }))`),
      ),
    )
    graph.room.send('two')

    expect(answers).toEqual(tabs.map(() => ['Ada', 'Ada', 'Ada', 'Ada']))
    await everyTabShows(['one', 'two'])
    expect(graph.desk.refreshes).toBe(1)
  })

  it('sign out together', async () => {
    await tabs[0]?.evaluate('client.session.signOut()')

    await everyTabShows(['one', 'UNAUTHENTICATED'])
    for (const tab of tabs) {
      expect(await tab.evaluate('client.session.current()')).toBeUndefined()
    }
  })
})
