import type { ClientHeaders } from '../../subgraphs/header-rules.ts'

/** What of an execution is to be told in `extensions` of its answer. */
export interface AskedExplanation {
  readonly plan: boolean
  readonly cost: boolean
  /** Tell only what would be done. */
  readonly isDryRun: boolean
}

export const EXPLAIN_HEADER = 'gravity-explain'

/** Reads the header `gravity-explain`, a list of `plan`, `cost` and `dry-run`; undefined when nothing is asked for. */
export function askedExplanation(headers: ClientHeaders | undefined): AskedExplanation | undefined {
  const header = headers?.[EXPLAIN_HEADER]
  if (header === undefined) return undefined
  const words = new Set(
    String(header)
      .split(',')
      .map((word) => word.trim()),
  )
  const asked = {
    plan: words.has('plan'),
    cost: words.has('cost'),
    isDryRun: words.has('dry-run'),
  }
  return asked.plan || asked.cost ? asked : undefined
}
