import { describe, expect, it } from '@jest/globals'
import { explainStartFailure, startError } from './start-failure.ts'

const explain = (...lines: string[]) =>
  explainStartFailure({ dataDirectory: '/data', port: 5_432, lines })

describe('explainStartFailure', () => {
  it('asks for another try while processes of an earlier server end', () => {
    const { kind } = explain(
      'FATAL:  pre-existing shared memory block (key 5432001, ID 7) is still in use',
    )

    expect(kind).toBe('retry')
  })

  it('names the port that is taken', () => {
    const { kind, sentence } = explain(
      'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use',
      'WARNING:  could not create listen socket for "127.0.0.1"',
      'FATAL:  could not create any TCP/IP sockets',
    )

    expect(kind).toBe('port-taken')
    expect(sentence).toContain('Port 5432 ')
  })

  it('recognises a full disk', () => {
    const { kind, sentence } = explain(
      'FATAL:  could not write lock file "postmaster.pid": No space left on device',
    )

    expect(kind).toBe('fatal')
    expect(sentence).toContain('The disk of /data is full')
  })

  it('repeats the gravest words of any other failure', () => {
    const { kind, sentence } = explain(
      'LOG:  starting PostgreSQL 18.4',
      'PANIC:  could not locate a valid checkpoint record at 0/17B3E08',
      'LOG:  startup process (PID 7) was terminated by signal 6: Aborted',
    )

    expect(kind).toBe('fatal')
    expect(sentence).toContain('(could not locate a valid checkpoint record at 0/17B3E08)')
  })

  it('has a sentence even when nothing was said', () => {
    expect(explain().sentence).toContain('(it said nothing)')
  })
})

describe('startError', () => {
  it('keeps everything that was said as the cause', () => {
    const error = startError({
      dataDirectory: '/data',
      port: 1,
      lines: ['FATAL:  no', 'HINT:  why'],
    })

    expect(error.name).toBe('StartError')
    expect(error.cause).toMatchObject({ message: 'FATAL:  no\nHINT:  why' })
  })
})
