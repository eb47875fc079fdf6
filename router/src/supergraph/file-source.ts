import { readFile, stat } from 'node:fs/promises'
import { StartError } from '@gravity/shared/config/start-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { SupergraphSource } from './supergraph-source.ts'

export interface FileSourceOptions {
  readonly path: string
  readonly log: Logger
  /** How often the file is looked at; 1,000 by default, 0 never. */
  readonly pollMilliseconds?: number
}

/**
 * A supergraph in a file, read again whenever the file changes. Looks at the modification time instead of watching,
 * which also works across network file systems, mounted volumes and editors that replace files. A file that cannot be
 * read for a while keeps the last good text.
 */
export function fileSource(options: FileSourceOptions): SupergraphSource {
  const { path, log, pollMilliseconds = 1_000 } = options
  let current = ''
  let version = ''
  let timer: NodeJS.Timeout | undefined

  const look = async (onChange: (sdl: string) => void): Promise<void> => {
    try {
      const found = await versionOf(path)
      if (found === version) return
      const sdl = await readFile(path, 'utf8')
      version = found
      if (sdl === current || sdl.trim() === '') return
      current = sdl
      onChange(sdl)
    } catch (error) {
      log.warn({ err: error, path }, 'The supergraph file cannot be read; the last good one stays.')
    }
  }
  const watch = (onChange: (sdl: string) => void): void => {
    timer = setTimeout(async () => {
      await look(onChange)
      if (timer) watch(onChange)
    }, pollMilliseconds)
    timer.unref()
  }
  return {
    async start(onChange) {
      try {
        version = await versionOf(path)
        current = await readFile(path, 'utf8')
      } catch (error) {
        throw new StartError(`The supergraph file ${path} cannot be read: name one that can.`, {
          cause: error,
        })
      }
      if (pollMilliseconds > 0) watch(onChange)
      return current
    },
    async stop() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

async function versionOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path)
  return `${mtimeMs} ${size} ${ino}`
}
