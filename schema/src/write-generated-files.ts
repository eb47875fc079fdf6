import { mkdir, writeFile } from 'node:fs/promises'
import type { GeneratedFiles } from './generated-files.ts'
import { readIfPresent } from './read-if-present.ts'

/** Writes the files whose text changed and returns their paths. Unchanged files keep their modification time. */
export async function writeGeneratedFiles(root: URL, files: GeneratedFiles): Promise<string[]> {
  const changed: string[] = []
  for (const [path, text] of files) {
    const file = new URL(path, root)
    if ((await readIfPresent(file)) === text) continue
    await mkdir(new URL('./', file), { recursive: true })
    await writeFile(file, text)
    changed.push(path)
  }
  return changed
}
