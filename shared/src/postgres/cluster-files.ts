import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../config/start-error.ts'
import { errorCode } from '../errors/error-code.ts'

/** The stats of a file or directory; undefined when there is none. */
export async function statOrUndefined(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The content of a text file; undefined when there is none. */
export async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Whether the directory holds a cluster of the given major version; false when it is empty or absent. Throws a
 * StartError when it holds something else, which is never touched.
 */
export async function holdsCluster(dataDirectory: string, major: number): Promise<boolean> {
  const version = await readOrUndefined(join(dataDirectory, 'PG_VERSION'))
  if (version === undefined) {
    if ((await statOrUndefined(dataDirectory)) === undefined) return false
    if ((await readdir(dataDirectory)).length === 0) return false
    throw new StartError(
      `${dataDirectory} holds files that are not PostgreSQL's (there is no PG_VERSION): move that folder away, or set GRAVITY_DATA_DIR to another one.`,
    )
  }
  if (version.trim() === String(major)) return true
  throw new StartError(
    `The data in ${dataDirectory} was written by PostgreSQL ${version.trim()}, and this Gravity carries PostgreSQL ${major}: export it with the Gravity that wrote it, or move that folder away to begin with empty databases.`,
  )
}

export interface ClusterPassword {
  readonly password: string
  /** True when it was made just now, so that existing data does not know it yet. */
  readonly fresh: boolean
}

/** The superuser's password, from `<data directory>.password` (readable by its owner only), made when there is none. */
export async function clusterPassword(dataDirectory: string): Promise<ClusterPassword> {
  const file = `${dataDirectory}.password`
  const stored = (await readOrUndefined(file))?.trim()
  if (stored) {
    await chmod(file, 0o600)
    return { password: stored, fresh: false }
  }
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return { password, fresh: true }
}
