import { createLogger } from '@gravity/shared/log/logger'
import { expect, it } from '@jest/globals'
import { UnlistedLog } from './unlisted-log.ts'

it('logs a document once, and no more of it and its name than a line holds', () => {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ name: 'test', level: 'info', format: 'json', destination })
  const unlisted = new UnlistedLog(log)
  const text = `{ ${'a '.repeat(10_000)} }`

  unlisted.report(text, 'n'.repeat(1_000_000))
  unlisted.report(text, 'other')

  expect(lines).toHaveLength(1)
  expect(lines.join('').length).toBeLessThan(4_000)
})
