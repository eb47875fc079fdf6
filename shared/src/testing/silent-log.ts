import type { Logger } from '../log/logger.ts'

/** A logger for tests that keeps nothing; what a test expects to be logged, it collects with `createLogger` itself. */
export const silentLog: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
  child: () => silentLog,
}

function ignore(): void {
  return
}
