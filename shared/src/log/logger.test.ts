import { describe, expect, it } from '@jest/globals'
import { aViewer } from '../testing/a-viewer.ts'
import { createLogger, type Logger, type LoggerOptions, withRequest } from './logger.ts'

function capture(options: Partial<LoggerOptions> = {}): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  return {
    log: createLogger({ name: 'chat', level: 'info', format: 'json', destination, ...options }),
    lines,
  }
}

const identity = {
  viewer: null,
  requestId: '0190',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  clientAddress: null,
}

describe('createLogger', () => {
  it('writes one JSON object a line', () => {
    const { log, lines } = capture()

    log.warn({ room: 'r1' }, 'The room is full.')

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      name: 'chat',
      room: 'r1',
      msg: 'The room is full.',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  it('writes nothing below its level', () => {
    const { log, lines } = capture({ level: 'error' })

    log.warn('quiet')
    log.child({ a: 1 }).info('quiet')

    expect(lines).toEqual([])
  })

  it('hides secrets in messages, facts, children and causes', () => {
    const { log, lines } = capture()
    const cause = new Error('at postgres://user:secret@host')

    log.info('connecting to postgres://user:secret@host')
    log.info({ variables: { input: { password: 'secret' } } }, 'redis://:secret@host')
    log
      .child({ authorization: 'Bearer secret' })
      .info({ request: { headers: { cookie: 's=secret' } } })
    log.error({ err: new Error('failed', { cause }) }, 'failed')
    log.error(new Error('at redis://:secret@host'))

    expect(lines).toHaveLength(5)
    for (const line of lines) {
      expect(line).toContain('‹hidden›')
      expect(line).not.toContain('secret')
    }
  })

  it('keeps the cause of an error', () => {
    const { log, lines } = capture()

    log.error({ err: new TypeError('outer', { cause: new Error('inner') }) }, 'It failed.')

    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      msg: 'It failed.',
      err: { type: 'TypeError', message: 'outer', cause: { message: 'inner' } },
    })
  })

  it('writes lines for people when pretty', () => {
    const { log, lines } = capture({ format: 'pretty' })

    log.info({ port: 8000 }, 'Listening.')

    expect(lines.join('')).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] INFO \(chat\): Listening\. \{"port":8000\}\n$/,
    )
  })
})

describe('withRequest', () => {
  it('puts the request id and the trace id on every line', () => {
    const { log, lines } = capture()

    const requestLog = withRequest(log, identity)
    requestLog.info('one')
    requestLog.child({ field: 'me' }).info('two')

    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        requestId: '0190',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      })
    }
    expect(lines).toHaveLength(2)
  })

  it('names who acts as somebody else', () => {
    const { log, lines } = capture()
    const viewer = aViewer({ impersonatedBy: 'admin-1' })

    withRequest(log, { ...identity, viewer }).info('one')

    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ impersonatedBy: 'admin-1' })
  })
})
