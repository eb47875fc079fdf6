import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StartError } from '../config/start-error.ts'
import { statOrUndefined } from '../postgres/cluster-files.ts'
import { lockCluster } from '../postgres/cluster-lock.ts'

/** What the folders of test runs begin with. */
export const testFolderPrefix = 'gravity-test-'

/** Removes what test runs that were killed have left: folders whose cluster nobody holds. */
export async function removeStaleTestFolders(): Promise<void> {
  const entries = await readdir(tmpdir())
  for (const entry of entries.filter((name) => name.startsWith(testFolderPrefix))) {
    const folder = join(tmpdir(), entry)
    if (await isStale(join(folder, 'postgres'))) await rm(folder, { recursive: true, force: true })
  }
}

async function isStale(dataDirectory: string): Promise<boolean> {
  // A run that has only just made its folder has no lock yet.
  if ((await statOrUndefined(`${dataDirectory}.lock`)) === undefined) return false
  try {
    lockCluster(dataDirectory).release()
    return true
  } catch (error) {
    if (error instanceof StartError) return false
    throw error
  }
}
