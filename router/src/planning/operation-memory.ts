import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Logger } from '@gravity/shared/log/logger'
import { z } from 'zod'
import { type RememberedOperation, rememberedShape } from './remembered-operation.ts'

/** The operations that were asked for before this start. */
export interface OperationMemory {
  /** What was asked for last before this start, the latest first. */
  readonly remembered: readonly RememberedOperation[]
  /** Remembers these instead, if they are others. Never rejects: the memory is a help, not a dependency. */
  remember(operations: readonly RememberedOperation[]): Promise<void>
}

const fileShape = z.object({ version: z.literal(1), operations: z.array(rememberedShape) })

/** Longer memories would take longer to read than they save. */
const maximumCharacters = 2_000_000

/** Opens a memory; a file that cannot be read counts as an empty one. Without a file nothing is remembered. */
export async function openOperationMemory(
  file: string | undefined,
  log: Logger,
): Promise<OperationMemory> {
  let written = file === undefined ? '' : await readIfPresent(file)
  return {
    remembered: parseMemory(written, log),
    async remember(operations) {
      const text = JSON.stringify({ version: 1, operations: asManyAsFit(operations) })
      if (file === undefined || text === written) return
      try {
        await mkdir(dirname(file), { recursive: true })
        // Renaming replaces the file in one step: a crash leaves the old or the new one, never half of one.
        await writeFile(`${file}.new`, text, { mode: 0o600 })
        await rename(`${file}.new`, file)
        written = text
      } catch (error) {
        log.warn({ err: error, file }, 'The operations cannot be remembered for the next start.')
      }
    },
  }
}

async function readIfPresent(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}

function parseMemory(text: string, log: Logger): readonly RememberedOperation[] {
  if (text === '') return []
  try {
    return fileShape.parse(JSON.parse(text)).operations
  } catch (error) {
    log.debug({ err: error }, 'The remembered operations cannot be read.')
    return []
  }
}

function asManyAsFit(operations: readonly RememberedOperation[]): RememberedOperation[] {
  let characters = 0
  return operations.filter((operation) => {
    characters += JSON.stringify(operation).length
    return characters <= maximumCharacters
  })
}
