import type { Logger } from '@gravity/shared/log/logger'
import { hashDocument } from './document-hash.ts'

const maximumDocuments = 1_000
const maximumExcerpt = 2_000
const maximumName = 100

/**
 * Logs documents that are not on the list, each once and at most a thousand, so that a stranger cannot fill the log
 * either. `forget` begins anew.
 */
export class UnlistedLog {
  readonly #log: Logger
  readonly #seen = new Set<string>()

  constructor(log: Logger) {
    this.#log = log
  }

  report(text: string, operationName: string | undefined): void {
    if (this.#seen.size > maximumDocuments) return
    const hash = hashDocument(text)
    if (this.#seen.has(hash)) return
    this.#seen.add(hash)
    if (this.#seen.size > maximumDocuments) {
      this.#log.warn(`${maximumDocuments} documents were not listed; no more of them are logged.`)
      return
    }
    const document = text.slice(0, maximumExcerpt)
    const name = operationName?.slice(0, maximumName)
    this.#log.warn({ operationName: name, hash, document }, 'A document that is not listed ran.')
  }

  forget(): void {
    this.#seen.clear()
  }
}
