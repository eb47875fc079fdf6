import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

/** A breaking change that was agreed on, as `schema/accepted-breaking-changes.json` lists them. */
export interface AcceptedChange {
  /** The sentence of the check's report, exactly. */
  readonly change: string
  /** Why no client is hurt, or who was told. */
  readonly reason: string
}

/** How an API changed, as sentences. */
export interface ApiChanges {
  /** Break clients and were not accepted. */
  readonly breaking: readonly string[]
  /** Break clients, and were accepted. */
  readonly accepted: readonly string[]
  /** May surprise clients, such as a new enum value. */
  readonly dangerous: readonly string[]
  /** Entries of the list that no change needs any more. */
  readonly unused: readonly string[]
}

/** Compares two API schemas from the view of a client that was written for the first. */
export async function compareApis(
  before: string,
  after: string,
  acceptedChanges: readonly AcceptedChange[],
): Promise<ApiChanges> {
  const changes = await diff(buildSchema(before), buildSchema(after))
  const breaking = sentences(changes, CriticalityLevel.Breaking)
  const acceptable = new Set(acceptedChanges.map(({ change }) => change))
  return {
    breaking: breaking.filter((change) => !acceptable.has(change)),
    accepted: breaking.filter((change) => acceptable.has(change)),
    dangerous: sentences(changes, CriticalityLevel.Dangerous),
    unused: [...acceptable].filter((change) => !breaking.includes(change)),
  }
}

/** Reads the list of accepted changes; throws a sentence when an entry has no change or no reason. */
export function parseAcceptedChanges(text: string, file: string): AcceptedChange[] {
  const entries: unknown = JSON.parse(text)
  if (!Array.isArray(entries)) throw new Error(`${file} is a list of { change, reason }.`)
  return entries.map((entry: unknown, index) => {
    if (!isAcceptedChange(entry)) {
      throw new Error(`Entry ${index + 1} of ${file} needs a "change" and a "reason", both texts.`)
    }
    return entry
  })
}

function isAcceptedChange(entry: unknown): entry is AcceptedChange {
  if (typeof entry !== 'object' || entry === null) return false
  return ['change', 'reason'].every((key) => {
    const value: unknown = Reflect.get(entry, key)
    return typeof value === 'string' && value.trim() !== ''
  })
}

function sentences(changes: readonly Change[], level: CriticalityLevel): string[] {
  return changes
    .filter((change) => change.criticality.level === level)
    .map((change) => change.message)
    .toSorted()
}
