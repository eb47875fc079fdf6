import { checkAccess } from './access/check-access.ts'
import { readAccessDecisions } from './access/read-access.ts'
import { type AcceptedChange, compareApis, parseAcceptedChanges } from './breaking-changes.ts'
import type { CommandOutput } from './command-output.ts'
import { printWarning } from './composition-error.ts'
import { findDrift, printDrift } from './drift.ts'
import { allGeneratedFiles, apiPath, composedFiles, supergraphPath } from './generated-files.ts'
import { GitHistory } from './git-history.ts'
import { checkGraphRules } from './graph-rules/check-graph-rules.ts'
import { readIfPresent } from './read-if-present.ts'
import { readSubgraphs } from './repository.ts'

/** What to check, and where to print what was found. */
export interface GraphCheckOptions {
  readonly root: URL
  /** The git reference whose API clients were written for; `GitHistory.defaultBase` by default. */
  readonly base?: string
  readonly output: CommandOutput
}

/** The list of breaking changes that were agreed on; it may be absent. */
export const acceptedChangesPath = 'schema/accepted-breaking-changes.json'

/**
 * Whether the graph may be merged: it composes, every generated file is up to date, the graph's rules are kept, who may
 * use what is decided, and no client breaks. Prints what it found; writes no file. Throws `CompositionError` when the subgraphs do not compose.
 */
export async function checkGraph(options: GraphCheckOptions): Promise<boolean> {
  const { files, warnings } = await composedFiles(options.root)
  for (const warning of warnings) options.output.complaint(`Warning: ${printWarning(warning)}`)
  const apiSdl = files.get(apiPath) ?? ''
  const passed = [
    await filesAreUpToDate(options),
    await rulesAreKept(options, apiSdl),
    await accessIsDecided(options, files.get(supergraphPath) ?? ''),
    await clientsStayWhole(options, apiSdl),
  ]
  return passed.every(Boolean)
}

async function filesAreUpToDate({ root, output }: GraphCheckOptions): Promise<boolean> {
  const expected = await allGeneratedFiles(root)
  const drift = await findDrift(root, expected)
  if (drift.length === 0) {
    output.line(`Generated files: ${expected.size} up to date.`)
    return true
  }
  const lines = drift.map((one) => `  ${printDrift(one)}`)
  output.complaint(
    ['Generated files differ; run `npm run compose` and `npm run codegen`.', ...lines].join('\n'),
  )
  return false
}

async function rulesAreKept(options: GraphCheckOptions, apiSdl: string): Promise<boolean> {
  const violations = checkGraphRules({ apiSdl, subgraphs: await readSubgraphs(options.root) })
  if (violations.length === 0) {
    options.output.line('Rules of the graph: kept.')
    return true
  }
  const lines = violations.map(({ coordinate, message }) => `  ${coordinate}: ${message}`)
  options.output.complaint(['The graph breaks its own rules:', ...lines].join('\n'))
  return false
}

async function accessIsDecided(options: GraphCheckOptions, sdl: string): Promise<boolean> {
  const access = await readAccessDecisions(options.root)
  if (!access) return true
  const faults = checkAccess(sdl, access)
  if (faults.length === 0) {
    options.output.line(`Access: decided for ${access.decisions.size} fields.`)
    return true
  }
  const lines = faults.map(({ coordinate, message }) => `  ${coordinate}: ${message}`)
  options.output.complaint(['Who may use what is not settled:', ...lines].join('\n'))
  return false
}

async function clientsStayWhole(options: GraphCheckOptions, apiSdl: string): Promise<boolean> {
  const { root, output } = options
  const history = new GitHistory(root)
  const base =
    options.base === undefined ? await history.defaultBase() : await history.commitOf(options.base)
  if (options.base !== undefined && base === undefined) {
    throw new Error(`git knows no commit "${options.base}" to compare with.`)
  }
  const before = base === undefined ? undefined : await history.fileAt(base, apiPath)
  if (base === undefined || before === undefined) {
    output.line(`Clients: not compared, there is no ${apiPath} in ${base ?? 'an earlier commit'}.`)
    return true
  }
  const changes = await compareApis(before, apiSdl, await acceptedChanges(root))
  for (const change of changes.dangerous) output.complaint(`Warning: ${change}`)
  for (const change of changes.unused) {
    output.complaint(`Warning: ${acceptedChangesPath} has an entry that nothing needs: ${change}`)
  }
  if (changes.breaking.length === 0) {
    const accepted = changes.accepted.length === 0 ? '' : ` (${changes.accepted.length} accepted)`
    output.line(`Clients: nothing breaks compared with ${base.slice(0, 12)}${accepted}.`)
    return true
  }
  const lines = changes.breaking.map((change) => `  ${change}`)
  const advice = `Deprecate instead, or accept a change with its reason in ${acceptedChangesPath}.`
  output.complaint(
    [`Clients written for ${base.slice(0, 12)} break. ${advice}`, ...lines].join('\n'),
  )
  return false
}

async function acceptedChanges(root: URL): Promise<AcceptedChange[]> {
  const text = await readIfPresent(new URL(acceptedChangesPath, root))
  return text === undefined ? [] : parseAcceptedChanges(text, acceptedChangesPath)
}
