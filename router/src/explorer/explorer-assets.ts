import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'

export interface ExplorerAsset {
  readonly contentType: string
  readonly bytes: Buffer
  /** The same, compressed by gzip. */
  readonly compressed: Buffer
}

const require = createRequire(import.meta.url)
const script = 'text/javascript; charset=utf-8'
const style = 'text/css; charset=utf-8'

interface AssetSource {
  readonly contentType: string
  /** A package of node_modules, or undefined for the files beside this one. */
  readonly package?: string
  readonly path: string
}

/** Every file that a page of the explorer may load, by the name it is served under. */
const sources: ReadonlyMap<string, AssetSource> = new Map([
  ['react.js', { contentType: script, package: 'react', path: 'umd/react.production.min.js' }],
  [
    'react-dom.js',
    { contentType: script, package: 'react-dom', path: 'umd/react-dom.production.min.js' },
  ],
  ['graphiql.js', { contentType: script, package: 'graphiql', path: 'graphiql.min.js' }],
  ['graphiql.css', { contentType: style, package: 'graphiql', path: 'graphiql.min.css' }],
  ['graphiql-page.js', { contentType: script, path: 'graphiql-page.js' }],
  ['query-plan.js', { contentType: script, path: 'query-plan.js' }],
  ['landing-page.js', { contentType: script, path: 'landing-page.js' }],
  ['page.css', { contentType: style, path: 'page.css' }],
])

const ownFiles = fileURLToPath(new URL('browser/', import.meta.url))
const compress = promisify(gzip)

export const explorerAssetNames: readonly string[] = [...sources.keys()]

/** Reads and compresses one asset. Throws when the package that ships it is not installed. */
export async function readExplorerAsset(name: string): Promise<ExplorerAsset> {
  const source = sources.get(name)
  if (!source) throw new Error(`The explorer has no asset called ${name}.`)
  const folder = source.package === undefined ? ownFiles : findPackage(source.package)
  const bytes = await readFile(join(folder, source.path))
  return { contentType: source.contentType, bytes, compressed: await compress(bytes) }
}

/** One of the explorer's own pages, its `{{placeholders}}` filled with text that is escaped for HTML. */
export async function readExplorerPage(
  file: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const template = await readFile(join(ownFiles, file), 'utf8')
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ''))
}

const packageShape = z.object({ version: z.string() })

/** Changes with GraphiQL and with the own files, so that browsers may keep the assets of one version for ever. */
export async function readExplorerVersion(): Promise<string> {
  const graphiql = await readFile(require.resolve('graphiql/package.json'), 'utf8')
  const digest = createHash('sha256')
  for (const [name, source] of sources) {
    if (source.package === undefined) digest.update(await readFile(join(ownFiles, name)))
  }
  const { version } = packageShape.parse(JSON.parse(graphiql))
  return `${version}-${digest.digest('hex').slice(0, 8)}`
}

function findPackage(name: string): string {
  return dirname(require.resolve(`${name}/package.json`))
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
