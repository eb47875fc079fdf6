import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../config/start-error.ts'

export interface ClusterLock {
  release(): void
}

const sqliteBusy = 5

/**
 * Takes the one lock of a data directory, held while its server runs. It is an SQLite file lock because the operating
 * system drops that one when its process dies, however it dies: it is never stale, so whoever gets it knows that a
 * PostgreSQL that still runs there is an orphan. Throws a StartError that names the holder.
 */
export function lockCluster(dataDirectory: string): ClusterLock {
  const holderFile = `${dataDirectory}.holder`
  const database = openLockFile(`${dataDirectory}.lock`)
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    throw explain(error, dataDirectory, holderFile)
  }
  // Another user's may lie there, which cannot be overwritten.
  rmSync(holderFile, { force: true })
  writeFileSync(holderFile, `${process.pid}\n`)
  return {
    release() {
      rmSync(holderFile, { force: true })
      database.close()
    },
  }
}

function openLockFile(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 })
  } catch (error) {
    throw new StartError(`The lock file ${file} cannot be opened: check who may write there.`, {
      cause: error,
    })
  }
}

function explain(error: unknown, dataDirectory: string, holderFile: string): StartError {
  const busy =
    typeof error === 'object' &&
    error !== null &&
    'errcode' in error &&
    error.errcode === sqliteBusy
  const sentence = busy
    ? `The data in ${dataDirectory} is in use by another Gravity${holder(holderFile)}: stop that one first, or set GRAVITY_DATA_DIR to another folder.`
    : `The folder of ${dataDirectory} does not support file locks: set GRAVITY_DATA_DIR to a local disk.`
  return new StartError(sentence, { cause: error })
}

function holder(holderFile: string): string {
  try {
    return ` (process ${readFileSync(holderFile, 'utf8').trim()})`
  } catch {
    // It has the lock and has not written its number yet, or leaves just now.
    return ''
  }
}
