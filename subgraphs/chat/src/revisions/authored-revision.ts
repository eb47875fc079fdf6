import type { RevisionRow } from './revision.repository.ts'

/** A revision in the graph: only the author edits, so what was written before is the author's too. */
export interface AuthoredRevision extends RevisionRow {
  readonly authorId: string
}
