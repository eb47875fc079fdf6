import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { repositoryRoot } from '../repository-root.ts'

export type Row = Readonly<Record<string, string | number>>

/** The value below which a share of the sorted numbers lies; NaN when there are none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(numbers: readonly number[]): number {
  return percentile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  )
}

/** Prints a table and writes it, with the conditions, to `.gravity/bench/<name>.json`. */
export async function report(name: string, rows: readonly Row[]): Promise<void> {
  console.log(`\n${name}`)
  console.table(rows)
  const folder = join(repositoryRoot, '.gravity', 'bench')
  await mkdir(folder, { recursive: true })
  const conditions = {
    at: new Date().toISOString(),
    node: process.version,
    processors: availableParallelism(),
    model: cpus()[0]?.model,
  }
  await writeFile(
    join(folder, `${name}.json`),
    `${JSON.stringify({ name, conditions, rows }, null, 2)}\n`,
  )
}
