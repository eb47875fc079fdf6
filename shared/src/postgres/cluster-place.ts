import { createHash } from 'node:crypto'
import { cp, lstat, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartError } from '../config/start-error.ts'
import { errorCode } from '../errors/error-code.ts'
import { holdsCluster, statOrUndefined } from './cluster-files.ts'
import { copyBinaries, locateBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { giveTo } from './process-owner.ts'
import { type ProcessOwner, runProgram } from './run-program.ts'

/** Where the programs and the data of a cluster really are, and whom they run as. */
export interface ClusterPlace {
  readonly dataDirectory: string
  readonly binaries: PostgresBinaries
  readonly owner: ProcessOwner | undefined
  /** Whether there is a cluster in the data directory already. */
  readonly exists: boolean
  /** One sentence for the person at the terminal, when something had to be put elsewhere. */
  readonly notice?: string
}

// /var/lib is for state that must last; a cleaner of old files in /var/tmp would damage a cluster.
const refuges = ['/var/lib', '/var/tmp'] as const

/**
 * Decides where the cluster lives. Normally that is where it was asked for. Root must run it as another user, and when
 * that user cannot enter a folder on the way, programs or data are moved to a folder of root's that everybody can enter;
 * data that was once moved stays there. The caller holds the cluster's lock.
 */
export async function findPlace(
  dataDirectory: string,
  owner: ProcessOwner | undefined,
): Promise<ClusterPlace> {
  const installed = await locateBinaries()
  const exists = await holdsCluster(dataDirectory, installed.major)
  if (owner === undefined) return { dataDirectory, binaries: installed, owner, exists }
  const parent = dirname(dataDirectory)
  const [binaries, isOpen, moved] = await Promise.all([
    runnableBy(owner, installed),
    canEnter(parent, owner),
    movedData(dataDirectory),
  ])
  if (isOpen && (exists || moved === undefined)) {
    if (exists) await giveTo(owner, dataDirectory)
    const notice = `PostgreSQL runs as the user ${owner.name}, who cannot enter ${installed.directory}, so its programs were copied to ${binaries.directory}.`
    return { dataDirectory, binaries, owner, exists, ...(binaries !== installed && { notice }) }
  }
  const target = moved ?? join(await openRefuge(dataDirectory), 'data')
  if (exists) await move(dataDirectory, target)
  const existsThere = await holdsCluster(target, installed.major)
  if (existsThere) await giveTo(owner, target)
  const notice = `PostgreSQL runs as the user ${owner.name}, whom ${parent} is closed to, so its data is kept in ${target}.`
  return { dataDirectory: target, binaries, owner, exists: existsThere, notice }
}

async function runnableBy(
  owner: ProcessOwner,
  binaries: PostgresBinaries,
): Promise<PostgresBinaries> {
  if (await canRun(binaries, owner)) return binaries
  const refuge = await openRefuge(binaries.directory)
  return copyBinaries(binaries, join(refuge, `postgres-${binaries.version}`))
}

/** The folder that a place took in the refuge, which goes when its data is discarded; undefined when it took none. */
export function refugeOf(place: ClusterPlace, dataDirectory: string): string | undefined {
  return place.dataDirectory === dataDirectory ? undefined : dirname(place.dataDirectory)
}

async function canRun(binaries: PostgresBinaries, owner: ProcessOwner): Promise<boolean> {
  try {
    const file = join(binaries.directory, 'bin', 'postgres')
    const { status } = await runProgram({ file, parameters: ['-V'], owner })
    return status === 0
  } catch (error) {
    if (error instanceof StartError) return false
    throw error
  }
}

async function canEnter(directory: string, owner: ProcessOwner): Promise<boolean> {
  const parameters = ['-c', 'test -x "$1"', 'sh', directory]
  const { status } = await runProgram({ file: '/bin/sh', parameters, owner })
  return status === 0
}

function refugeName(path: string): string {
  return `gravity-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`
}

async function movedData(dataDirectory: string): Promise<string | undefined> {
  for (const refuge of refuges) {
    const candidate = join(refuge, refugeName(dataDirectory), 'data')
    if ((await statOrUndefined(join(candidate, 'PG_VERSION'))) !== undefined) return candidate
  }
  return undefined
}

async function openRefuge(path: string): Promise<string> {
  const failures: unknown[] = []
  for (const refuge of refuges) {
    const directory = join(refuge, refugeName(path))
    try {
      await mkdir(directory, { recursive: true, mode: 0o755 })
      await mustBeOurs(directory)
      return directory
    } catch (error) {
      failures.push(error)
    }
  }
  throw new StartError(
    `PostgreSQL cannot run as root, the user it runs as cannot enter ${path}, and neither ${refuges.join(' nor ')} takes its files: start Gravity as another user, or set GRAVITY_DATA_DIR to a folder that everybody can enter.`,
    { cause: new AggregateError(failures) },
  )
}

/** Anybody may make a folder in /var/tmp; programs and data must not come from a stranger's. */
async function mustBeOurs(directory: string): Promise<void> {
  const stats = await lstat(directory)
  const ours = stats.isDirectory() && stats.uid === 0 && (stats.mode & 0o022) === 0
  if (!ours) throw new Error(`${directory} is not a folder that only root can write`)
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') {
      throw new StartError(
        `The data in ${from} must move to ${to}, where there is data already: remove the older of the two.`,
        { cause: error },
      )
    }
    const draft = `${to}.draft`
    await rm(draft, { recursive: true, force: true })
    await cp(from, draft, { recursive: true, verbatimSymlinks: true })
    await rename(draft, to)
    await rm(from, { recursive: true })
  }
}
