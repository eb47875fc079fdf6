import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** Which processors the parts of a benchmark run on, as `taskset` lists: `0`, `1-3`; undefined where nothing is pinned. */
export interface Cores {
  /** The one processor of whatever is measured. */
  readonly measured: string | undefined
  /** All other processors: load generator, subgraphs, databases. */
  readonly rest: string | undefined
  /** Everything that this process may use. */
  readonly all: string | undefined
  /** For the reader of a table: what was pinned, or why nothing was. */
  readonly sentence: string
}

/** Shares out the processors of this machine. Measured and load never share a physical core where there are others. */
export function shareCores(): Cores {
  const allowed = allowedProcessors()
  if (!hasCommand('taskset', ['--version']) || allowed.length === 0) {
    return unpinned('Nothing is pinned: this system has no taskset (util-linux).')
  }
  const [measured, ...others] = allowed
  if (measured === undefined || others.length === 0) {
    return unpinned('Nothing is pinned: there is one processor only, which all share.')
  }
  const siblings = siblingsOf(measured)
  const apart = others.filter((processor) => !siblings.includes(processor))
  const rest = apart.length > 0 ? apart : others
  return {
    measured: String(measured),
    rest: rest.join(),
    all: allowed.join(),
    sentence: `Pinned: what is measured to processor ${measured}, load and subgraphs to ${rest.join()}.`,
  }
}

/** A command line that runs on these processors only. */
export function pinnedCommand(
  cores: string | undefined,
  command: readonly string[],
): readonly string[] {
  return cores === undefined ? command : ['taskset', '-c', cores, ...command]
}

/** Moves running processes, with all their threads; a process that has ended meanwhile is passed over. */
export function movePinned(cores: string | undefined, pids: readonly number[]): void {
  if (cores === undefined) return
  for (const pid of pids) {
    if (!existsSync(`/proc/${pid}`)) continue
    execFileSync('taskset', ['-acp', cores, String(pid)], { stdio: 'ignore' })
  }
}

/** True when a program can be run here. */
export function hasCommand(command: string, probe: readonly string[]): boolean {
  try {
    execFileSync(command, probe, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function unpinned(sentence: string): Cores {
  return { measured: undefined, rest: undefined, all: undefined, sentence }
}

function allowedProcessors(): number[] {
  const status = readIfPresent('/proc/self/status')
  return expand(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '')
}

function siblingsOf(processor: number): number[] {
  const path = `/sys/devices/system/cpu/cpu${processor}/topology/thread_siblings_list`
  return expand(readIfPresent(path).trim())
}

/** `0,2-3` as numbers. */
function expand(list: string): number[] {
  return list
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
}

function readIfPresent(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
