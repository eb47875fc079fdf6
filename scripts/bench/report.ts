import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, release } from 'node:os'
import { join } from 'node:path'
import { repositoryRoot } from '../repository-root.ts'

export type Row = Readonly<Record<string, string | number>>

/** What else a table says. */
export interface ReportDetails {
  /** Sentences below the table: what is missing, what was not pinned, what was compared. */
  readonly notes?: readonly string[]
  /** The single measurements, for the JSON file only. */
  readonly measurements?: unknown
}

/** The value below which a share of the sorted numbers lies; NaN when there are none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(numbers: readonly number[]): number {
  return percentile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  )
}

/** With as many digits as are worth reading: three significant ones, and no fraction above a hundred. */
export function rounded(value: number): number {
  if (!Number.isFinite(value)) return Number.NaN
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}

/** A line about what is going on, below the name of the benchmark. */
export function progress(line: string): void {
  console.log(`  ${line}`)
}

/** Prints a table, and writes it with the conditions to `.gravity/bench/<name>-<time>.json`. */
export async function report(
  name: string,
  rows: readonly Row[],
  { notes = [], measurements }: ReportDetails = {},
): Promise<void> {
  console.log(`\n${tableOf(rows)}`)
  for (const note of notes) console.log(`  ${note}`)
  const folder = join(repositoryRoot, '.gravity', 'bench')
  await mkdir(folder, { recursive: true })
  const at = new Date().toISOString()
  const conditions = {
    at,
    node: process.version,
    system: `${process.platform} ${release()}`,
    processors: availableParallelism(),
    model: cpus()[0]?.model,
  }
  const file = join(folder, `${name}-${at.replaceAll(/[:.]/g, '-')}.json`)
  const content = { name, conditions, rows, notes, measurements }
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`)
}

/** A Markdown table whose columns are aligned, numbers to the right. */
function tableOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) => columns.map((column) => cellOf(row[column])))
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)),
  )
  const isNumeric = columns.map((column) => rows.every((row) => typeof row[column] !== 'string'))
  const line = (row: readonly string[]): string =>
    `| ${row
      .map((cell, index) =>
        isNumeric[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join(' | ')} |`
  const rule = `|${widths
    .map((width, index) => `${'-'.repeat(width + 1)}${isNumeric[index] ? ':' : '-'}`)
    .join('|')}|`
  return [line(columns), rule, ...cells.map(line)].join('\n')
}

function cellOf(value: string | number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return ''
  return typeof value === 'number' ? value.toLocaleString('en-US') : value
}
