import pino from 'pino'
import { traceIdOf } from '../viewer/trace-context.ts'
import type { RequestIdentity } from '../viewer/viewer.ts'
import { prettyDestination } from './pretty-destination.ts'
import { redact } from './redact.ts'
import { redactText } from './redact-text.ts'

/** From the most talkative to none at all. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Facts first, then a sentence. Errors go under `err`: `log.error({ err }, 'The relay stopped.')`. */
export interface LogMethod {
  (facts: object, message?: string): void
  (message: string): void
}

/** What the code logs with; any pino logger is one. */
export interface Logger {
  readonly trace: LogMethod
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  readonly fatal: LogMethod
  /** A logger that adds `facts` to every line. */
  child(facts: object): Logger
}

export interface LoggerOptions {
  /** Who writes: the process or the service. */
  readonly name: string
  readonly level: LogLevel
  /** `pretty` for a person at a terminal, `json` (one object a line) for a collector. */
  readonly format: 'pretty' | 'json'
  /** Where the lines go; standard output by default. */
  readonly destination?: { write(line: string): void }
}

/**
 * Opens a logger whose lines never contain what `redact` recognises as a secret, wherever it stands: message, facts,
 * facts of a child, errors and their causes. Lines are written synchronously, so none is lost when the process ends.
 */
export function createLogger(options: LoggerOptions): Logger {
  const output = options.destination ?? pino.destination({ fd: 1, sync: true })
  const terminal = options.destination === undefined
  return redacting(
    pino(
      {
        name: options.name,
        level: options.level,
        timestamp: pino.stdTimeFunctions.isoTime,
        // The values arrive as bounded copies already.
        depthLimit: 16,
        edgeLimit: 1_000,
        serializers: { err: (error: unknown) => error },
        formatters: { level: (label) => ({ level: label }) },
      },
      options.format === 'json' ? output : prettyDestination(output, terminal),
    ),
  )
}

/** A child logger with the request's id and its trace id on every line, and with who acts as somebody else. */
export function withRequest(log: Logger, identity: RequestIdentity): Logger {
  const { requestId, traceparent, viewer } = identity
  const { impersonatedBy } = viewer ?? {}
  const facts = { requestId, traceId: traceIdOf(traceparent) }
  return log.child(impersonatedBy === undefined ? facts : { ...facts, impersonatedBy })
}

// Around pino and not inside it: its formatters and hooks do not see the bindings of a child.
function redacting(log: pino.Logger): Logger {
  return {
    trace: redactingMethod(log, 'trace'),
    debug: redactingMethod(log, 'debug'),
    info: redactingMethod(log, 'info'),
    warn: redactingMethod(log, 'warn'),
    error: redactingMethod(log, 'error'),
    fatal: redactingMethod(log, 'fatal'),
    child: (facts) => redacting(log.child(copyFacts(facts))),
  }
}

function redactingMethod(log: pino.Logger, level: pino.Level): LogMethod {
  return (first: object | string, message?: string) => {
    if (!log.isLevelEnabled(level)) return
    if (typeof first === 'string') log[level](redactText(first))
    else if (message === undefined) log[level](copyFacts(first))
    else log[level](copyFacts(first), redactText(message))
  }
}

/** An error that is logged by itself becomes the fact `err`. */
function copyFacts(facts: object): Record<string, unknown> {
  const copied = redact(facts instanceof Error ? { err: facts } : facts)
  const isObject = typeof copied === 'object' && copied !== null && !Array.isArray(copied)
  return isObject ? { ...copied } : { facts: copied }
}
