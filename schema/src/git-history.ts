import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { codeOf } from './read-if-present.ts'

const run = promisify(execFile)

/** Reads committed files of one repository; never writes and never touches its work tree. */
export class GitHistory {
  readonly #folder: string

  constructor(root: URL) {
    this.#folder = fileURLToPath(root)
  }

  /**
   * The commit that a change is compared with: where this branch left `origin/main`, or the commit before when there is
   * no such branch or this is it. Undefined in a repository without history.
   */
  async defaultBase(): Promise<string | undefined> {
    const head = await this.commitOf('HEAD')
    if (head === undefined) return undefined
    const fork = await this.#git(['merge-base', 'HEAD', 'origin/main'])
    if (fork !== undefined && fork !== head) return fork
    return await this.commitOf('HEAD~1')
  }

  async commitOf(reference: string): Promise<string | undefined> {
    return await this.#git(['rev-parse', '--verify', '--quiet', `${reference}^{commit}`])
  }

  /** The text of a file at a commit; undefined when it did not exist there. */
  async fileAt(commit: string, path: string): Promise<string | undefined> {
    return await this.#git(['show', `${commit}:${path}`], { trim: false })
  }

  /** What git prints, or undefined when it says that there is no such thing. */
  async #git(args: readonly string[], { trim = true } = {}): Promise<string | undefined> {
    try {
      const { stdout } = await run('git', ['-C', this.#folder, ...args], { maxBuffer: 2 ** 26 })
      return trim ? stdout.trim() : stdout
    } catch (error) {
      if (typeof codeOf(error) === 'number') return undefined
      throw error
    }
  }
}
