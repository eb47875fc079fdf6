import { existsSync } from 'node:fs'
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const template = fileURLToPath(new URL('subgraph-template', import.meta.url))

/** Who may use what of a new subgraph. */
const accessTemplate = 'access.json.template'

/** Matches the anchor lines of the two visible lists that a subgraph is entered in. */
const lists = {
  'scripts/subgraph-list.ts': /\n\]\n/,
  'schema/src/subgraph-ports.ts': /\n {2}discovery: /,
} as const

/**
 * Writes `subgraphs/<noun>` and its decisions about access below `root` from the template and enters it in the lists. Returns the paths it wrote.
 * Throws with a sentence when the noun cannot name a subgraph.
 */
export async function writeSubgraph(root: string, noun: string): Promise<string[]> {
  const singular = singularOf(noun)
  const folder = join('subgraphs', noun)
  if (existsSync(join(root, folder))) throw new Error(`${folder} exists already.`)
  const port = await portOf(root, noun)
  const words = {
    __nouns__: noun,
    __noun__: singular,
    __Nouns__: capitalized(noun),
    __Noun__: capitalized(singular),
    __port__: String(port),
    __timestamp__: String(Date.now()),
  }
  const written: string[] = []
  for await (const path of glob('**/*.template', { cwd: template })) {
    const target =
      path === accessTemplate
        ? join('schema/access', `${noun}.json`)
        : join(folder, filled(path.replace(/\.template$/, ''), words))
    await mkdir(join(root, dirname(target)), { recursive: true })
    await writeFile(
      join(root, target),
      filled(await readFile(join(template, path), 'utf8'), words),
      { flag: 'wx' },
    )
    written.push(target)
  }
  written.push(...(await enterInLists(root, noun, port)))
  return written
}

/** Throws when the word is not a plural noun in lower-case letters, such as `reviews`. */
export function singularOf(noun: string): string {
  if (!/^[a-z]{3,30}s$/.test(noun)) {
    throw new Error(`"${noun}" is not a plural noun in lower-case letters, such as reviews.`)
  }
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`
  return /(ss|sh|ch|x)es$/.test(noun) ? noun.slice(0, -2) : noun.slice(0, -1)
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function filled(text: string, words: Readonly<Record<string, string>>): string {
  return text.replace(/__(nouns?|Nouns?|port|timestamp)__/g, (word) => words[word] ?? word)
}

/** The port that the architecture gives the service, or the first free one. */
async function portOf(root: string, noun: string): Promise<number> {
  const text = await readFile(join(root, 'schema/src/subgraph-ports.ts'), 'utf8')
  const ports = new Map(
    [...text.matchAll(/^ {2}([a-z]+): (\d+),$/gm)].map(([, name, port]) => [name, Number(port)]),
  )
  const given = ports.get(noun)
  if (given !== undefined) return given
  const taken = new Set(ports.values())
  let port = 8001
  while (taken.has(port)) port += 1
  return port
}

async function enterInLists(root: string, noun: string, port: number): Promise<string[]> {
  const lines = {
    'scripts/subgraph-list.ts': `  { name: '${noun}', load: () => import('@gravity/${noun}/subgraph') },`,
    'schema/src/subgraph-ports.ts': `  ${noun}: ${port},`,
  } as const
  const changed: string[] = []
  for (const path of Object.keys(lists) as (keyof typeof lists)[]) {
    const text = await readFile(join(root, path), 'utf8')
    if (text.includes(`${noun}: ${port}`) || text.includes(`name: '${noun}'`)) continue
    await writeFile(
      join(root, path),
      text.replace(lists[path], (anchor) => `\n${lines[path]}${anchor}`),
    )
    changed.push(path)
  }
  const manifest = join(root, 'scripts/package.json')
  const scripts = JSON.parse(await readFile(manifest, 'utf8'))
  scripts.dependencies = sorted({ ...scripts.dependencies, [`@gravity/${noun}`]: '*' })
  await writeFile(manifest, `${JSON.stringify(scripts, null, 2)}\n`)
  return [...changed, 'scripts/package.json']
}

function sorted(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => a.localeCompare(b)))
}
