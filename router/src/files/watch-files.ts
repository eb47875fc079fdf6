import { stat } from 'node:fs/promises'
import type { Logger } from '@gravity/shared/log/logger'

export interface WatchFilesOptions {
  readonly paths: readonly string[]
  /** Called after one or more of the files changed. When it rejects, that is logged, and the next change calls it again. */
  readonly onChange: () => Promise<void>
  /** How often the files are looked at; 1,000 by default. */
  readonly pollMilliseconds?: number
  readonly log: Logger
}

export interface FileWatch {
  stop(): void
}

/**
 * Watches files by their modification times instead of by events, which also works across network file systems,
 * mounted volumes, symbolic links that are swapped and editors that replace files. Resolves once the first state is
 * known; a change from then on is not missed. Does not keep the process alive.
 */
export async function watchFiles(options: WatchFilesOptions): Promise<FileWatch> {
  const { paths, onChange, pollMilliseconds = 1_000, log } = options
  let version = await versionOf(paths)
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const found = await versionOf(paths)
    if (found === version) return
    version = found
    await onChange()
  }

  function wait(): void {
    timer = setTimeout(() => {
      look()
        .catch((err: unknown) => log.warn({ err, paths }, 'A changed file cannot be used.'))
        .finally(() => {
          if (!stopped) wait()
        })
    }, pollMilliseconds).unref()
  }

  wait()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

async function versionOf(paths: readonly string[]): Promise<string> {
  const versions = await Promise.all(paths.map(versionOfOne))
  return versions.join()
}

async function versionOfOne(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    // Absent for a moment while it is replaced; being there again is a change.
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}
