import { readFileSync } from 'node:fs'
import { hasCommand } from './pinning.ts'

/** How many sockets a process may have, and how it must be started to have them. */
export interface OpenFiles {
  readonly sockets: number
  /** In front of the program. */
  readonly wrapper: readonly string[]
  /** What the system does not allow; undefined when it allows everything. */
  readonly note: string | undefined
}

/** What a process needs besides its sockets. */
const others = 500

/** Asks the system for so many sockets in one process; takes what it allows. Node raises its own limit to the hard one. */
export function allowSockets(wanted: number): OpenFiles {
  const limit = hardLimit()
  const needed = wanted + others
  if (limit >= needed) return { sockets: wanted, wrapper: [], note: undefined }
  const wrapper = ['prlimit', `--nofile=${needed}:${needed}`]
  const [command = '', ...first] = wrapper
  if (hasCommand(command, [...first, 'true'])) return { sockets: wanted, wrapper, note: undefined }
  const sockets = Math.max(0, limit - others)
  const note = `The system allows a process ${limit} open files: ${sockets} sockets instead of ${wanted}.`
  return { sockets, wrapper: [], note }
}

function hardLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1]
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
  } catch {
    // Without /proc, what macOS gives by default.
    return 10_240
  }
}
