import { inspect } from 'node:util'
import { StartError } from '../config/start-error.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** A terminal sends Ctrl-C to every process of its group, and npm hands it on as well: these are one request. */
const oneRequestMs = 1_000
/** A process that does not end by itself this long after it was told to is ended. */
const patienceMs = 30_000

/**
 * Starts something and runs it until the first SIGINT, SIGTERM or SIGHUP, which stops it in order; a second signal, a
 * second later, or too long a wait ends the process with status 1. When it cannot start, prints why, in one sentence
 * where a person can mend it, and exits with status 1.
 */
export async function runUntilStopped(
  name: string,
  start: () => Promise<{ stop(): Promise<void> }>,
): Promise<void> {
  const starting = start()
  let stoppingSince: number | undefined
  const stop = async (): Promise<void> => {
    setTimeout(() => process.exit(1), patienceMs).unref()
    try {
      const running = await starting
      await running.stop()
      process.exit(0)
    } catch (error) {
      fail(`${name} did not stop cleanly.`, error)
    }
  }
  const onSignal = (): void => {
    const now = performance.now()
    if (stoppingSince === undefined) {
      stoppingSince = now
      void stop()
    } else if (now - stoppingSince > oneRequestMs) {
      process.exit(1)
    }
  }
  for (const signal of signals) process.on(signal, onSignal)
  try {
    await starting
  } catch (error) {
    fail(`${name} cannot start.`, error)
  }
}

function fail(what: string, error: unknown): never {
  const reason = error instanceof StartError ? error.message : inspect(error)
  process.stderr.write(`${what} ${reason}\n`)
  process.exit(1)
}
