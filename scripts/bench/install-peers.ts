import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { repositoryRoot } from '../repository-root.ts'
import { progress } from './report.ts'

/** The gateways of others. They are no dependencies of the repository, but installed when a benchmark needs them. */
export interface Peers {
  /** Where their programs and packages are; undefined when they could not be installed. */
  readonly folder: string | undefined
  /** Why they are missing, for the reader of a table. */
  readonly note: string | undefined
}

const source = fileURLToPath(new URL('peers', import.meta.url))
const folder = join(repositoryRoot, '.gravity', 'bench', 'peers')

/** Installs what `peers/package-lock.json` names into `.gravity/bench/peers`, unless it is there already. */
export async function installPeers(): Promise<Peers> {
  await mkdir(folder, { recursive: true })
  const isInstalled = await isUpToDate()
  for (const file of await readdir(source)) await copyFile(join(source, file), join(folder, file))
  if (isInstalled) return { folder, note: undefined }
  progress('Installing Apollo Gateway and Hive Gateway (once; 700 MB, a few minutes) …')
  const begun = performance.now()
  const failure = await install()
  const seconds = Math.round((performance.now() - begun) / 1_000)
  if (failure === undefined) {
    progress(`Installed them in ${seconds} s.`)
    return { folder, note: undefined }
  }
  const note = `Apollo Gateway and Hive Gateway are missing: "npm ci" in .gravity/bench/peers ${failure}.`
  progress(note)
  return { folder: undefined, note }
}

async function isUpToDate(): Promise<boolean> {
  const [wanted, present] = await Promise.all([
    versions(join(source, 'package-lock.json')),
    versions(join(folder, 'node_modules', '.package-lock.json')),
  ])
  return (
    wanted.size > 0 &&
    [...wanted].every(
      ([path, { version, optional }]) => present.get(path)?.version === version || optional,
    )
  )
}

interface LockedPackage {
  readonly version: string
  readonly optional: boolean
}

async function versions(lockFile: string): Promise<Map<string, LockedPackage>> {
  const text = await readFile(lockFile, 'utf8').catch(() => '{}')
  // The form of npm's lock files.
  const { packages = {} } = JSON.parse(text) as {
    readonly packages?: Record<string, { readonly version?: string; readonly optional?: boolean }>
  }
  return new Map(
    Object.entries(packages)
      .filter(([path]) => path !== '')
      .map(([path, { version = '', optional = false }]) => [path, { version, optional }]),
  )
}

/** Undefined when it went well, otherwise how it ended. */
async function install(): Promise<string | undefined> {
  const npm = process.env['npm_execpath']
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const child = spawn(command, [...first, ...options], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const [code] = await once(child, 'exit')
    return code === 0 ? undefined : `ended with ${code}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
