import { type FSWatcher, watch } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StartError } from '@gravity/shared/config/start-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { SupergraphSource } from './supergraph-source.ts'

export interface FileSourceOptions {
  readonly path: string
  readonly log: Logger
  /** How often the file is looked at, even if nothing tells that it has changed; 1,000 by default, 0 never. */
  readonly pollMilliseconds?: number
}

/** Whoever writes a file does so in several steps. */
const settleMilliseconds = 20

/**
 * A supergraph in a file, read again whenever the file changes. Looks at it as soon as the system tells of a change in
 * its folder; and regularly besides, since network file systems and mounted volumes may not tell. A file that cannot be
 * read for a while keeps the last good text.
 */
export function fileSource(options: FileSourceOptions): SupergraphSource {
  const { path, log, pollMilliseconds = 1_000 } = options
  let following: FollowedFile | undefined
  return {
    async start(onChange) {
      try {
        const version = await versionOf(path)
        const text = await readFile(path, 'utf8')
        if (pollMilliseconds > 0) {
          following = new FollowedFile({ path, log, pollMilliseconds, onChange }, { version, text })
        }
        return text
      } catch (error) {
        throw new StartError(`The supergraph file ${path} cannot be read: name one that can.`, {
          cause: error,
        })
      }
    },
    async stop() {
      following?.stop()
    },
  }
}

interface FollowOptions extends Required<FileSourceOptions> {
  readonly onChange: (sdl: string) => void
}

interface KnownText {
  readonly version: string
  readonly text: string
}

class FollowedFile {
  readonly #options: FollowOptions
  readonly #watcher: FSWatcher | undefined
  #known: KnownText
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  /** Whether something has changed since the last look began. */
  #isDue = false
  #isStopped = false

  constructor(options: FollowOptions, known: KnownText) {
    this.#options = options
    this.#known = known
    this.#watcher = this.#watch()
    this.#lookIn(options.pollMilliseconds)
  }

  stop(): void {
    this.#isStopped = true
    this.#watcher?.close()
    clearTimeout(this.#timer)
  }

  /** The folder, because programs replace files, and volumes what links lead to. */
  #watch(): FSWatcher | undefined {
    const { path, log } = this.#options
    const onError = (error: unknown): void =>
      log.debug({ err: error, path }, 'Nothing tells when the supergraph file changes.')
    try {
      const watcher = watch(dirname(path), { persistent: false }, () => this.#expectChange())
      return watcher.on('error', onError)
    } catch (error) {
      onError(error)
      return undefined
    }
  }

  #expectChange(): void {
    if (this.#isDue) return
    this.#isDue = true
    if (!this.#isLooking) this.#lookIn(settleMilliseconds)
  }

  #lookIn(milliseconds: number): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.#look(), milliseconds)
    this.#timer.unref()
  }

  async #look(): Promise<void> {
    const { path, log, pollMilliseconds } = this.#options
    this.#isDue = false
    this.#isLooking = true
    try {
      await this.#read()
    } catch (error) {
      log.warn({ err: error, path }, 'The supergraph file cannot be read; the last good one stays.')
    }
    this.#isLooking = false
    this.#lookIn(this.#isDue ? settleMilliseconds : pollMilliseconds)
  }

  async #read(): Promise<void> {
    const { path, onChange } = this.#options
    const version = await versionOf(path)
    if (version === this.#known.version) return
    const text = await readFile(path, 'utf8')
    if (version !== (await versionOf(path))) {
      // It is still being written.
      this.#isDue = true
      return
    }
    const isNew = text !== this.#known.text && text.trim() !== ''
    this.#known = { version, text: isNew ? text : this.#known.text }
    if (isNew && !this.#isStopped) onChange(text)
  }
}

async function versionOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path)
  return `${mtimeMs} ${size} ${ino}`
}
