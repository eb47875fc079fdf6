import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'

const root = new URL('../../../', import.meta.url)
const modules = fileURLToPath(new URL('node_modules', root))
const publishedApi = 'node_modules/@gravity/client/api.graphql'
let project: string

/** The `codegen.ts` of the README, with the API schema of this repository in the place of the published one. */
function codegenOfReadme(): string {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? '')
  const codegen = blocks.find(
    (code) => code.includes('CodegenConfig') && code.includes(publishedApi),
  )
  if (codegen === undefined) throw new Error('The README has no codegen.ts.')
  return codegen.replace(publishedApi, fileURLToPath(new URL('schema/api.graphql', root)))
}

function run(program: string, ...args: string[]): { status: number | null; printed: string } {
  const file = join(modules, program)
  const options = { cwd: project, encoding: 'utf8' } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], options)
  return { status, printed: stdout + stderr }
}

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'gravity-consumer-'))
  mkdirSync(join(project, 'src'))
  symlinkSync(modules, join(project, 'node_modules'))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(project, 'codegen.ts'), codegenOfReadme())
  const base = fileURLToPath(new URL('tsconfig.base.json', root))
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ extends: base, include: ['src'] }))
})

afterEach(() => {
  rmSync(project, { recursive: true, force: true })
})

describe('a project with operations of its own', () => {
  it('gets their types from the configuration in the README', () => {
    const program = (wrong: string): string => `
import { createClient } from '@gravity/client/create-client'
import { graphql } from './graphql/gql.ts'
const OwnMe = graphql(\`query OwnMe { me { displayName joinedAt } }\`)
const { me } = await createClient({ url: 'http://127.0.0.1/graphql' }).execute(OwnMe)
export const joinedAt: string | undefined = me?.joinedAt
${wrong}`
    writeFileSync(join(project, 'src/main.ts'), program(''))

    expect(run('@graphql-codegen/cli/esm/bin.js')).toMatchObject({ status: 0 })
    expect(run('typescript/bin/tsc', '--noEmit', '-p', '.')).toEqual({ status: 0, printed: '' })

    writeFileSync(join(project, 'src/main.ts'), program('export const wrong = me?.username'))
    expect(run('typescript/bin/tsc', '--noEmit', '-p', '.').printed).toContain("'username'")
  }, 90_000)
})
