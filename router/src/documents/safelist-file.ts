import { readFile } from 'node:fs/promises'
import { StartError } from '@gravity/shared/config/start-error'
import type { Logger } from '@gravity/shared/log/logger'
import { type FileWatch, watchFiles } from '../files/watch-files.ts'
import { parseSafelist, type Safelist } from './safelist.ts'

export interface SafelistFileOptions {
  readonly path: string
  readonly pollMilliseconds?: number
  /** Called after another list took the place of the last one. */
  readonly onSwap: () => void
  readonly log: Logger
}

/** A list of documents in a file, read again as a whole whenever the file changes. */
export class SafelistFile {
  readonly #options: SafelistFileOptions
  #current: Safelist | undefined
  #watch: FileWatch | undefined

  constructor(options: SafelistFileOptions) {
    this.#options = options
  }

  /** The last good list; undefined before `start`. */
  get current(): Safelist | undefined {
    return this.#current
  }

  /** Reads the list, and from then on every change of it. Throws a StartError when it cannot be used. */
  async start(): Promise<void> {
    const { path, pollMilliseconds = 1_000, log } = this.#options
    this.#watch = await watchFiles({
      paths: [path],
      pollMilliseconds,
      onChange: () => this.#swap(),
      log,
    })
    try {
      this.#current = await read(path)
    } catch (cause) {
      this.stop()
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new StartError(
        `The safelist ${path} of GRAVITY_ROUTER_SAFELIST_FILE cannot be used. ${reason}`,
        { cause },
      )
    }
    log.info({ path, documents: this.#current.size }, 'The safelist was read.')
  }

  stop(): void {
    this.#watch?.stop()
  }

  async #swap(): Promise<void> {
    const { path, onSwap, log } = this.#options
    try {
      this.#current = await read(path)
    } catch (err) {
      log.error({ err, path }, 'The changed safelist cannot be used; the last good one stays.')
      return
    }
    log.info({ path, documents: this.#current.size }, 'The safelist was exchanged.')
    onSwap()
  }
}

async function read(path: string): Promise<Safelist> {
  return parseSafelist(await readFile(path, 'utf8'))
}
