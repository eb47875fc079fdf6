import pino from 'pino'
import { prettyDestination } from './pretty-destination.ts'

export interface LineLogOptions {
  readonly name: string
  readonly format: 'pretty' | 'json'
  /** Where the lines go; standard output by default, in blocks of some kilobytes, at the latest after a second. */
  readonly destination?: { write(line: string): void } | undefined
}

/** A log of many lines of one kind. */
export interface LineLog {
  info(facts: object, message: string): void
  error(facts: object, message: string): void
  /** Writes out what is still buffered. */
  stop(): void
}

const blockBytes = 4_096
const longestWaitMs = 1_000

/**
 * Opens a log for lines whose facts its caller chose one by one. They are written as they are: unlike those of
 * `createLogger` they are not searched for secrets, which would cost more than the line, and they are buffered, so that
 * a process that is killed takes the last ones with it.
 */
export function openLineLog({ name, format, destination }: LineLogOptions): LineLog {
  const buffer =
    destination === undefined
      ? pino.destination({
          fd: 1,
          sync: false,
          minLength: blockBytes,
          periodicFlush: longestWaitMs,
        })
      : undefined
  const output = destination ?? buffer ?? pino.destination(1)
  const log = pino(
    {
      name,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'json' ? output : prettyDestination(output, destination === undefined),
  )
  return {
    info: (facts, message) => log.info(facts, message),
    error: (facts, message) => log.error(facts, message),
    stop: () => buffer?.flushSync(),
  }
}
