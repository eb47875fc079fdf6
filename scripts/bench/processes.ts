import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { repositoryRoot } from '../repository-root.ts'
import { pinnedCommand } from './pinning.ts'

/** A process that can be looked at from outside. Where the system has no /proc, the figures are NaN. */
export interface MeasuredProcess {
  readonly pid: number
  /** Resident memory, and the most that it has been, in MiB. */
  memory(): { readonly now: number; readonly peak: number }
  /** The peak is counted from now on. */
  forgetPeak(): void
  /** Processor time so far, in seconds; of all threads. */
  processorSeconds(): number
  stop(): Promise<void>
}

export interface ServerProcess extends MeasuredProcess {
  /** Without a path. */
  readonly url: string
}

/** A program of `programs/`, which answers commands. */
export interface Program<Commands extends CommandTable<Commands>> extends MeasuredProcess {
  call<Name extends keyof Commands>(
    name: Name,
    input: Parameters<Commands[Name]>[0],
  ): Promise<Awaited<ReturnType<Commands[Name]>>>
}

/** One function per command, of one argument. */
export type CommandTable<Commands> = {
  readonly [Name in keyof Commands]: (input: never) => unknown
}

export interface ProcessOptions {
  /** The processors to run on, as `taskset` lists them. */
  readonly cores?: string | undefined
  readonly env?: NodeJS.ProcessEnv
  readonly folder?: string
  readonly nodeOptions?: readonly string[]
  /** In front of everything else, such as `prlimit --nofile=…`. */
  readonly wrapper?: readonly string[]
}

export interface ServerOptions extends ProcessOptions {
  readonly url: string
  /** Answered with 2xx when the server is ready. */
  readonly readyPath: string
}

const readyTimeoutMs = 120_000
const stopTimeoutMs = 15_000
const clockTicksPerSecond = 100

/** Starts a Node program that listens, and resolves when it is ready. */
export async function startServer(
  command: readonly string[],
  options: ServerOptions,
): Promise<ServerProcess> {
  const child = start(command, { ...options, channel: false })
  const giveUpAt = performance.now() + readyTimeoutMs
  while (performance.now() < giveUpAt) {
    if (hasEnded(child)) throw new Error(`${command[0]} ended as it started; see above.`)
    // Apollo Server refuses a GET that a browser could send by itself.
    const headers = { 'apollo-require-preflight': 'true' }
    const ready = await fetch(`${options.url}${options.readyPath}`, { headers }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return { ...measured(child), url: options.url }
    await delay(100)
  }
  await end(child)
  throw new Error(`${command[0]} was not ready after ${readyTimeoutMs / 1_000} s.`)
}

/** Starts a program of `programs/` and resolves when it takes commands. */
export async function startProgram<Commands extends CommandTable<Commands>>(
  name: string,
  options: ProcessOptions = {},
): Promise<Program<Commands>> {
  const file = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url))
  const child = start([file], { ...options, channel: true })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const fail = (): void => {
    for (const { reject } of waiting.values()) reject(new Error(`${name} ended; see above.`))
    waiting.clear()
  }
  child.on('exit', fail)
  // The other end is `answerCommands`.
  child.on('message', (message: Answer) => {
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) call?.resolve(message.output)
    else call?.reject(new Error(`${name}: ${message.error}`))
  })
  let calls = 0
  const send = (command: PropertyKey, input: unknown): Promise<unknown> => {
    if (hasEnded(child)) throw new Error(`${name} has ended; see above.`)
    const id = calls++
    const call = Promise.withResolvers<unknown>()
    waiting.set(id, call)
    child.send({ id, command, input })
    return call.promise
  }
  await send(readyCommand, null)
  return {
    ...measured(child),
    // The types of both ends are those of one `Commands`.
    call: (command, input) =>
      send(command, input) as ReturnType<Program<Commands>['call']> as never,
  }
}

interface Answer {
  readonly id: number
  readonly output?: unknown
  readonly error?: string
}

const readyCommand = 'ready?'

/** For a program of `programs/`: carries out what `Program.call` asks, and ends with the process that asks. */
export function answerCommands<Commands extends CommandTable<Commands>>(commands: Commands): void {
  const answer = async (name: string, input: unknown): Promise<unknown> => {
    if (name === readyCommand) return null
    // What arrives here was typed by `Program.call`.
    const command: unknown = Reflect.get(commands, name)
    if (typeof command !== 'function') throw new Error(`There is no command ${name}.`)
    return command(input)
  }
  process.on('message', ({ id, command, input }: Command) => {
    answer(command, input).then(
      (output) => process.send?.({ id, output }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
}

interface Command {
  readonly id: number
  readonly command: string
  readonly input: unknown
}

/** Whoever a process has started, and whoever they have, itself first. */
export function processTree(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
      .filter((child) => child !== '')
    return [pid, ...children.flatMap((child) => processTree(Number(child)))]
  } catch {
    return [pid]
  }
}

const running = new Set<ChildProcess>()

/** Ends whatever was started and still runs; for a benchmark that is broken off. */
export function endAllProcesses(): void {
  for (const child of running) child.kill('SIGTERM')
}

function start(
  command: readonly string[],
  options: ProcessOptions & { readonly channel: boolean },
): ChildProcess {
  const node = [process.execPath, ...(options.nodeOptions ?? []), ...command]
  const [file = '', ...rest] = pinnedCommand(options.cores, [...(options.wrapper ?? []), ...node])
  const child = spawn(file, rest, {
    cwd: options.folder ?? repositoryRoot,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'inherit', ...(options.channel ? (['ipc'] as const) : [])],
  })
  running.add(child)
  child.on('exit', () => running.delete(child))
  return child
}

function measured(child: ChildProcess): MeasuredProcess {
  const pid = child.pid ?? Number.NaN
  return {
    pid,
    memory() {
      const status = readProc(pid, 'status')
      const mebibytes = (field: string): number =>
        Math.round(Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_024)
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
    },
    forgetPeak() {
      // Linux: 5 sets VmHWM to VmRSS.
      if (existsSync(`/proc/${pid}/clear_refs`)) writeFileSync(`/proc/${pid}/clear_refs`, '5')
    },
    processorSeconds() {
      // The second field, the name in parentheses, may hold spaces.
      const fields = readProc(pid, 'stat').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond
    },
    stop: () => end(child),
  }
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(killer)
}
