import type { Stats } from 'node:fs'
import { chown, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { StartError } from '../config/start-error.ts'
import { statOrUndefined } from './cluster-files.ts'
import type { ProcessOwner } from './run-program.ts'

const nobody: ProcessOwner = { uid: 65_534, gid: 65_534, name: 'nobody' }

/**
 * Whom PostgreSQL must run as, since it refuses root: undefined means the current user. Root runs it as the owner of
 * the existing data, else of the folder it goes into, so that `sudo` in somebody's project leaves files of theirs;
 * where that is root, as the user `postgres`, else as `nobody`. Throws a StartError when the data is somebody else's.
 */
export async function ownerFor(dataDirectory: string): Promise<ProcessOwner | undefined> {
  const stats = await statOrUndefined(dataDirectory)
  const uid = process.getuid?.()
  if (uid === undefined) {
    throw new StartError(
      'The embedded PostgreSQL does not run on Windows itself: start Gravity in WSL, or set DATABASE_URL to a PostgreSQL of your own.',
    )
  }
  if (uid !== 0) {
    if (stats === undefined || stats.uid === uid) return undefined
    throw new StartError(
      `The data in ${dataDirectory} belongs to the user with the number ${stats.uid}: start Gravity as that user or as root, or set GRAVITY_DATA_DIR to another folder.`,
    )
  }
  const users = await readUsers()
  const byName = (name: string) => users.find((user) => user.name === name && user.uid !== 0)
  const byNumber = (number: number) => users.find((user) => user.uid === number && number !== 0)
  if (stats !== undefined && stats.uid !== 0) {
    return byNumber(stats.uid) ?? { uid: stats.uid, gid: stats.gid, name: `number ${stats.uid}` }
  }
  // PostgreSQL cannot create data as somebody who has a number and no name.
  const folder = await nearestFolder(dirname(dataDirectory))
  return byNumber(folder.uid) ?? byName('postgres') ?? byName('nobody') ?? nobody
}

async function nearestFolder(folder: string): Promise<Stats> {
  return (await statOrUndefined(folder)) ?? nearestFolder(dirname(folder))
}

/** Creates the folder that a data directory goes into, and gives what had to be created to the owner if it is theirs. */
export async function openParent(
  dataDirectory: string,
  owner: ProcessOwner | undefined,
): Promise<void> {
  const parent = dirname(dataDirectory)
  try {
    const { uid } = await nearestFolder(parent)
    const created = await mkdir(parent, { recursive: true })
    if (created !== undefined && uid === owner?.uid) await giveTo(owner, created)
  } catch (error) {
    throw new StartError(
      `The folder ${parent} cannot be created: set GRAVITY_DATA_DIR to a folder that you can write.`,
      { cause: error },
    )
  }
}

/** Gives the files beside a data directory to the owner when the folder is theirs, who may start without root next time. */
export async function giveFilesBeside(dataDirectory: string, owner: ProcessOwner): Promise<void> {
  const parent = dirname(dataDirectory)
  if ((await stat(parent)).uid !== owner.uid) return
  for (const entry of await readdir(parent)) {
    if (entry.startsWith(`${basename(dataDirectory)}.`)) {
      await chown(join(parent, entry), owner.uid, owner.gid)
    }
  }
}

async function readUsers(): Promise<ProcessOwner[]> {
  const file = await readFile('/etc/passwd', 'utf8')
  return file.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    if (!name || !uid || !gid) return []
    return [{ name, uid: Number(uid), gid: Number(gid) }]
  })
}

/** Gives a directory with all that is in it to the owner. The directory itself comes last, as the mark of completion. */
export async function giveTo(owner: ProcessOwner, directory: string): Promise<void> {
  if ((await stat(directory)).uid === owner.uid) return
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) {
      await chown(join(entry.parentPath, entry.name), owner.uid, owner.gid)
    }
  }
  await chown(directory, owner.uid, owner.gid)
}
