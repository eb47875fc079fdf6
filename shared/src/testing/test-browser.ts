import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const usualPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The Chromium of GRAVITY_TEST_BROWSER or of this machine; undefined when there is none. */
export function findTestBrowser(): string | undefined {
  return process.env['GRAVITY_TEST_BROWSER'] ?? usualPaths.find(existsSync)
}

/** Starts it without a window. Close it at the end. Throws without a browser: skip what needs one, loudly. */
export function launchTestBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findTestBrowser() ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}
