import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { listIfPresent, readIfPresent } from '../read-if-present.ts'
import { type Decision, parseDecision } from './decision.ts'
import { parseVocabulary, type Vocabulary, vocabularyPath } from './vocabulary.ts'

/** What people have decided about access, with what was wrong in how they wrote it. */
export interface AccessDecisions {
  readonly vocabulary: Vocabulary
  readonly decisions: ReadonlyMap<string, Decision>
  readonly faults: readonly AccessFault[]
}

export interface AccessFault {
  readonly coordinate: string
  /** What is wrong, as a sentence. */
  readonly message: string
}

const folder = 'schema/access/'
const shape = z.record(z.string(), z.string())

/** The decisions of all services; undefined for a repository that keeps none. */
export async function readAccessDecisions(root: URL): Promise<AccessDecisions | undefined> {
  const words = await readIfPresent(new URL(vocabularyPath, root))
  if (words === undefined) return undefined
  const vocabulary = parseVocabulary(words)
  const relations = new Set(vocabulary.relations.keys())
  const decisions = new Map<string, Decision>()
  const faults: AccessFault[] = []
  for (const path of await decisionFiles(root)) {
    const entries = shape.parse(JSON.parse(await readFile(new URL(path, root), 'utf8')))
    for (const [coordinate, text] of Object.entries(entries)) {
      if (decisions.has(coordinate)) {
        faults.push({ coordinate, message: `It was decided before, and again in ${path}.` })
        continue
      }
      try {
        decisions.set(coordinate, parseDecision(text, relations))
      } catch (error) {
        if (!(error instanceof Error)) throw error
        faults.push({ coordinate, message: `${path}: ${error.message}` })
      }
    }
  }
  return { vocabulary, decisions, faults }
}

async function decisionFiles(root: URL): Promise<string[]> {
  const names = await listIfPresent(new URL(folder, root))
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${folder}${name}`)
    .filter((path) => path !== vocabularyPath)
}
