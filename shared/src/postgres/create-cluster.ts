import { chmod, chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StartError } from '../config/start-error.ts'
import type { Logger } from '../log/logger.ts'
import type { ClusterPlace } from './cluster-place.ts'
import { killProcessesIn } from './leftovers.ts'
import { runProgram } from './run-program.ts'

export interface CreateClusterOptions {
  readonly place: ClusterPlace
  readonly password: string
  readonly log: Logger
}

// What decides upper and lower case and what a letter is (full text, trigrams). glibc and musl have C.UTF-8, macOS has not.
const characterLocale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'

/**
 * Creates an empty cluster: UTF-8, the built-in C.UTF-8 collation (the same order on every machine), passwords by
 * SCRAM. It is made beside its place and renamed, so a start that is killed half way leaves nothing that looks whole.
 */
export async function createCluster({ place, password, log }: CreateClusterOptions): Promise<void> {
  await removeDrafts(place.dataDirectory)
  const draft = `${place.dataDirectory}.draft-${process.pid}`
  const passwordFile = `${draft}.password`
  try {
    await mkdir(draft, { mode: 0o700 })
    await chmod(draft, 0o700)
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (place.owner) {
      await chown(draft, place.owner.uid, place.owner.gid)
      await chown(passwordFile, place.owner.uid, place.owner.gid)
    }
    await initialise(place, draft, passwordFile)
    await rename(draft, place.dataDirectory)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  } finally {
    await rm(passwordFile, { force: true })
  }
  log.debug({ dataDirectory: place.dataDirectory }, 'A new PostgreSQL cluster was created.')
}

async function initialise(place: ClusterPlace, draft: string, passwordFile: string): Promise<void> {
  const attempt = (locale: string) =>
    runProgram({
      file: join(place.binaries.directory, 'bin', 'initdb'),
      owner: place.owner,
      parameters: [
        `--pgdata=${draft}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        `--lc-ctype=${locale}`,
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        // Writing the fresh files out is left to the first checkpoint and `flushCluster`: it would double the time.
        '--no-sync',
        '--no-instructions',
      ],
    })
  let result = await attempt(characterLocale)
  if (result.status !== 0 && result.output.includes('invalid locale name')) {
    await emptyDirectory(draft)
    result = await attempt('C')
  }
  if (result.status !== 0) throw creationFailure(place, result.output)
}

function creationFailure({ dataDirectory }: ClusterPlace, output: string): StartError {
  const cause = new Error(output)
  if (output.includes('could not look up effective user ID')) {
    return new StartError(
      `PostgreSQL cannot create its data as a user without a name: give the user with the number ${process.getuid?.()} one in /etc/passwd, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    )
  }
  const reason = output.match(/(?:error|FATAL|PANIC):\s*(.+)/)?.[1] ?? output.trim()
  return new StartError(`PostgreSQL could not create its data in ${dataDirectory}: ${reason}.`, {
    cause,
  })
}

/** Makes a fresh cluster survive a power failure: writes its files to the disk. */
export async function flushCluster({
  dataDirectory,
  binaries,
  owner,
}: ClusterPlace): Promise<void> {
  const file = join(binaries.directory, 'bin', 'initdb')
  const parameters = ['--sync-only', `--pgdata=${dataDirectory}`]
  const { status, output } = await runProgram({ file, parameters, owner })
  if (status !== 0) throw new Error(`initdb --sync-only failed: ${output}`)
}

/** Sets the superuser's password of a cluster that is not running, for when the file that held it is lost. */
export async function replacePassword(place: ClusterPlace, password: string): Promise<void> {
  const { status, output } = await runProgram({
    file: join(place.binaries.directory, 'bin', 'postgres'),
    parameters: ['--single', '-D', place.dataDirectory, 'postgres'],
    owner: place.owner,
    // Generated in base64url, so it needs no quoting.
    input: `alter role postgres password '${password}'\n`,
  })
  if (status === 0 && !/^(?:ERROR|FATAL|PANIC):/m.test(output)) return
  throw new StartError(
    `The password of the data in ${place.dataDirectory} is lost and could not be set again: ${output.match(/(?:ERROR|FATAL|PANIC):\s*(.+)/)?.[1] ?? `status ${status}`}.`,
    { cause: new Error(output) },
  )
}

async function emptyDirectory(directory: string): Promise<void> {
  for (const entry of await readdir(directory)) {
    await rm(join(directory, entry), { recursive: true, force: true })
  }
}

async function removeDrafts(dataDirectory: string): Promise<void> {
  const parent = dirname(dataDirectory)
  for (const entry of await readdir(parent)) {
    if (entry.startsWith(`${basename(dataDirectory)}.draft`)) {
      const draft = join(parent, entry)
      await killProcessesIn(draft)
      // The orphaned initdb may still be cleaning up.
      await rm(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
    }
  }
}
