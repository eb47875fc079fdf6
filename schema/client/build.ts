// Builds the package that other projects install: plain JavaScript with types, for browsers and Node 20 or later.
// Writes .gravity/client-package/ at the root of the repository, which is installed or published as it is.

import { execFileSync } from 'node:child_process'
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const here = new URL('./', import.meta.url)
const target = new URL('../../.gravity/client-package/', here)
const compiler = new URL('../../node_modules/typescript/bin/tsc', here)

await rm(target, { recursive: true, force: true })
const project = fileURLToPath(new URL('tsconfig.build.json', here))
execFileSync(process.execPath, [fileURLToPath(compiler), '-p', project], { stdio: 'inherit' })

const manifest: object = JSON.parse(await readFile(new URL('package.json', here), 'utf8'))
const published = Object.fromEntries(
  ['name', 'version', 'description', 'license', 'type', 'dependencies', 'peerDependencies'].map(
    (key) => [key, Reflect.get(manifest, key)],
  ),
)
const exportMap = {
  './api.graphql': './api.graphql',
  './package.json': './package.json',
  './documents': { types: './generated/documents.d.ts', default: './generated/documents.js' },
  './*': { types: './*.d.ts', default: './*.js' },
}
const text = JSON.stringify({ ...published, sideEffects: false, exports: exportMap }, null, 2)
await writeFile(new URL('package.json', target), `${text}\n`)
await copyFile(new URL('../api.graphql', here), new URL('api.graphql', target))
await copyFile(new URL('README.md', here), new URL('README.md', target))
