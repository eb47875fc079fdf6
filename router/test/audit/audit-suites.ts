import { readFileSync } from 'node:fs'

export interface AuditSubgraph {
  readonly name: string
  readonly url: string
  readonly sdl: string
}

export interface AuditCase {
  readonly query: string
  readonly expected: { readonly data?: unknown; readonly errors?: true }
}

export interface AuditSuite {
  readonly id: string
  readonly supergraphSdl: string
  readonly subgraphs: readonly AuditSubgraph[]
  readonly tests: readonly AuditCase[]
}

/** The suites of the public audit, in its order. */
export const auditSuites: readonly AuditSuite[] = readFileSync(
  new URL('federation-audit.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
