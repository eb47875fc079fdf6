import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Logger } from '@gravity/shared/log/logger'
import { z } from 'zod'

/** The last SDL that each subgraph answered with, so that one that is away does not take the schema with it. */
export interface LastGoodSdls {
  get(subgraph: string): string | undefined
  set(subgraph: string, sdl: string): void
  /** Resolves when everything set so far is on disk. */
  flush(): Promise<void>
}

const fileContent = z.record(z.string(), z.string())

/**
 * Opens the memory of SDLs; with a file it survives restarts. An unreadable file counts as an empty one, and a file
 * that cannot be written is logged: the memory is a safety net, not a dependency.
 */
export async function openLastGoodSdls(
  file: string | undefined,
  log: Logger,
): Promise<LastGoodSdls> {
  const sdls = new Map(file === undefined ? [] : await readSdls(file, log))
  let writing = Promise.resolve()
  return {
    get: (subgraph) => sdls.get(subgraph),
    set(subgraph, sdl) {
      if (sdls.get(subgraph) === sdl) return
      sdls.set(subgraph, sdl)
      if (file !== undefined) writing = writing.then(() => writeSdls(file, sdls, log))
    },
    flush: () => writing,
  }
}

async function readSdls(file: string, log: Logger): Promise<[string, string][]> {
  try {
    return Object.entries(fileContent.parse(JSON.parse(await readFile(file, 'utf8'))))
  } catch (error) {
    log.debug({ err: error, file }, 'No remembered subgraph schemas.')
    return []
  }
}

async function writeSdls(
  file: string,
  sdls: ReadonlyMap<string, string>,
  log: Logger,
): Promise<void> {
  try {
    // Renaming replaces the file in one step: a crash leaves the old or the new one, never half of one.
    await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(sdls)))
    await rename(`${file}.new`, file)
  } catch (error) {
    log.warn({ err: error, file }, 'The subgraph schemas cannot be remembered.')
  }
}
