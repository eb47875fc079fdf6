import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from '../config/start-error.ts'
import { errorCode } from '../errors/error-code.ts'
import type { Logger } from '../log/logger.ts'
import { readOrUndefined } from './cluster-files.ts'
import { runProgram } from './run-program.ts'

/**
 * Terminology
 * - Postmaster: PostgreSQL's first process; its number is in `postmaster.pid` in the data directory.
 * - Orphan: a postmaster whose Gravity is dead. Whoever holds the cluster's lock may end it.
 */

const fastShutdownMs = 15_000
const immediateShutdownMs = 5_000
const withoutPostmasterMs = 1_000
const killMs = 5_000

/**
 * Ends what an earlier run that did not stop cleanly left in a data directory: its PostgreSQL, or processes of one that
 * was killed, and a `postmaster.pid` that is torn or whose number belongs to an unrelated process now, which PostgreSQL
 * would take for itself. A number that belongs to nobody is left to PostgreSQL's own check. The caller holds the cluster's lock.
 */
export async function endLeftovers(dataDirectory: string, log: Logger): Promise<void> {
  const postmaster = await recordedPostmaster(dataDirectory)
  const running = await processesIn(dataDirectory, postmaster)
  if (running.length > 0) {
    log.warn({ dataDirectory, processes: running }, 'Ending what an earlier run left behind.')
    await end(dataDirectory, postmaster, running)
  }
  if (postmaster === undefined || isAlive(postmaster)) {
    await rm(join(dataDirectory, 'postmaster.pid'), { force: true })
  }
}

/** Ends what works in a directory that is about to be removed, such as the bootstrap of a creation that was killed. */
export async function killProcessesIn(directory: string): Promise<void> {
  for (const target of await processesIn(directory, undefined)) signalProcess(target, 'SIGKILL')
}

async function end(
  dataDirectory: string,
  postmaster: number | undefined,
  running: readonly number[],
): Promise<void> {
  const hasPostmaster = postmaster !== undefined && running.includes(postmaster)
  const steps = [
    ...(hasPostmaster
      ? ([
          { signal: 'SIGINT', targets: [postmaster], waitMs: fastShutdownMs },
          { signal: 'SIGQUIT', targets: [postmaster], waitMs: immediateShutdownMs },
        ] as const)
      : // The others end by themselves within moments when there is none.
        ([{ signal: 'SIGQUIT', targets: [], waitMs: withoutPostmasterMs }] as const)),
    { signal: 'SIGKILL', targets: running, waitMs: killMs } as const,
  ]
  for (const { signal, targets, waitMs } of steps) {
    for (const target of targets) signalProcess(target, signal)
    const giveUpAt = performance.now() + waitMs
    while (performance.now() < giveUpAt) {
      if ((await processesIn(dataDirectory, postmaster)).length === 0) return
      await delay(10)
    }
  }
  throw new StartError(
    `An earlier PostgreSQL (process ${running.join(', ')}) still uses ${dataDirectory} and cannot be ended: end it, or restart the machine.`,
  )
}

function signalProcess(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal)
  } catch (error) {
    // It is gone already, which is what was wanted; a refusal shows when it is still there at the end.
    if (errorCode(error) === undefined) throw error
  }
}

function isAlive(target: number): boolean {
  try {
    process.kill(target, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

async function recordedPostmaster(dataDirectory: string): Promise<number | undefined> {
  const content = await readOrUndefined(join(dataDirectory, 'postmaster.pid'))
  const recorded = Number.parseInt(content?.split('\n')[0] ?? '', 10)
  return Number.isInteger(recorded) && recorded > 0 ? recorded : undefined
}

/** The PostgreSQL processes that work in the data directory: all of them on Linux, elsewhere the postmaster. */
async function processesIn(
  dataDirectory: string,
  postmaster: number | undefined,
): Promise<number[]> {
  if (process.platform === 'linux') return processesByFolder(await realpath(dataDirectory))
  if (postmaster === undefined || !isAlive(postmaster)) return []
  const { output } = await runProgram({
    file: '/bin/ps',
    parameters: ['-ww', '-o', 'command=', '-p', String(postmaster)],
    owner: undefined,
  })
  return output.includes('postgres') && output.includes(dataDirectory) ? [postmaster] : []
}

async function processesByFolder(dataDirectory: string): Promise<number[]> {
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    if (/^\d+$/.test(entry) && (await worksIn(entry, dataDirectory))) found.push(Number(entry))
  }
  return found
}

async function worksIn(entry: string, dataDirectory: string): Promise<boolean> {
  try {
    // Every PostgreSQL process has its data directory as the working directory.
    if ((await readlink(`/proc/${entry}/cwd`)) !== dataDirectory) return false
    return (await readFile(`/proc/${entry}/comm`, 'utf8')).startsWith('postgres')
  } catch {
    // It ended while we looked, or it is another user's, who cannot work in our directory.
    return false
  }
}
