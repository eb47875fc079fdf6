import { createHash } from 'node:crypto'

const hash = /^[0-9a-f]{64}$/

/** The SHA-256 of a document's UTF-8 text in lower-case hexadecimal digits, by which clients name documents. */
export function hashDocument(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whether an id has the form of `hashDocument`. */
export function isDocumentHash(id: string): boolean {
  return hash.test(id)
}
