import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from '@jest/globals'

const logger = new URL('../src/log/logger.ts', import.meta.url).href

/** What a process writes to a pipe that logs a thousand lines and ends without waiting for anything. */
async function outputOf(format: 'pretty' | 'json', ending: string): Promise<string[]> {
  const script = `
    import { createLogger } from ${JSON.stringify(logger)}
    const log = createLogger({ name: 'test', level: 'info', format: '${format}' })
    for (let line = 1; line <= 1000; line += 1) log.info({ line, filler: 'x'.repeat(200) }, 'A line.')
    ${ending}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  })
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return output.split('\n').filter((line) => line !== '')
}

describe('createLogger on standard output', () => {
  it.each([
    ['json', 'process.exit(0)'],
    ['pretty', 'process.exit(0)'],
    ['pretty', `process.kill(process.pid, 'SIGINT')`],
  ] as const)('loses no line in %s when the process ends by %s', async (format, ending) => {
    const lines = await outputOf(format, ending)

    expect(lines).toHaveLength(1_000)
    expect(lines.at(-1)).toContain('1000')
  })
})
