import { readdir, readFile } from 'node:fs/promises'

/** The text of a file, or undefined when there is no such file; every other failure throws. */
export async function readIfPresent(file: URL): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The names in a folder, sorted; none when there is no such folder. */
export async function listIfPresent(folder: URL): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** The `code` of a failure of Node, such as `ENOENT`, or the exit code of a program. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
}
