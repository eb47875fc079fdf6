import { readFile } from 'node:fs/promises'
import type { RouterConfig } from '../config.ts'
import { parseSafelist } from '../documents/safelist.ts'
import type { WarmingOptions } from './generation.ts'

/** What a router prepares before it is asked: what is remembered in the file, and what the safelist names. */
export function warmingOf(
  { planning, documents: { safelistFile } }: RouterConfig,
  file: string | undefined,
): WarmingOptions {
  const { warmOperations: operations, warmWaitMs: waitMs } = planning
  if (safelistFile === undefined) return { operations, waitMs, file }
  const documents = async (): Promise<readonly string[]> =>
    parseSafelist(await readFile(safelistFile, 'utf8')).documents
  return { operations, waitMs, file, documents }
}
