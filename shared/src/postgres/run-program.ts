import { spawn } from 'node:child_process'
import { StartError } from '../config/start-error.ts'

/** Whom PostgreSQL runs as when Gravity is started by root. */
export interface ProcessOwner {
  readonly uid: number
  readonly gid: number
  readonly name: string
}

export interface Program {
  readonly file: string
  readonly parameters: readonly string[]
  readonly owner: ProcessOwner | undefined
  /** Written to the standard input, which is then closed. */
  readonly input?: string
}

export interface ProgramResult {
  readonly status: number | null
  readonly output: string
}

/**
 * How every PostgreSQL program is spawned: in its own session, so that Ctrl-C at the terminal reaches Gravity alone;
 * with nothing from the environment, where `PGDATA`, `LC_ALL` or `LD_LIBRARY_PATH` would change what it does; and in a
 * working directory that its owner can enter.
 */
export function spawnOptions(owner: ProcessOwner | undefined) {
  return {
    cwd: '/',
    detached: true,
    env: { TZ: 'UTC' },
    ...(owner && { uid: owner.uid, gid: owner.gid }),
  } as const
}

/** Runs a program to its end. Rejects with a StartError when it cannot be run at all. */
export async function runProgram(program: Program): Promise<ProgramResult> {
  const child = spawn(program.file, program.parameters, spawnOptions(program.owner))
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  // A program that ends without reading its input closes the pipe; its status tells the story.
  child.stdin.on('error', (error) => chunks.push(Buffer.from(`${error.message}\n`)))
  child.stdin.end(program.input ?? '')
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(cannotRun(program.file, error)))
    child.on('close', (status) =>
      resolve({ status, output: Buffer.concat(chunks).toString('utf8') }),
    )
  })
}

/** The sentence for a program that the system refuses to run. */
export function cannotRun(file: string, error: Error): StartError {
  return new StartError(
    `The embedded PostgreSQL cannot be run on this machine (${file}: ${error.message}): set DATABASE_URL to a PostgreSQL of your own.`,
    { cause: error },
  )
}
