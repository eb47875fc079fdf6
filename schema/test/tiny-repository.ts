import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { allGeneratedFiles } from '../src/generated-files.ts'
import { repositoryRoot } from '../src/repository.ts'
import { writeGeneratedFiles } from '../src/write-generated-files.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])'

const usersSdl = `${link}
type Query {
  "The viewer."
  me: User
}
type Mutation {
  "Changes the viewer's name."
  rename(input: RenameInput!): RenameResult!
}
"A person."
type User @key(fields: "id") {
  "Unique."
  id: ID!
  "What others see."
  name: String!
  "When the person came."
  joinedAt: DateTime!
}
"The new name."
input RenameInput {
  "1 to 80 characters."
  name: String!
}
"The person, or what is wrong with the name."
union RenameResult = User | InvalidInput
`

const chatSdl = `${link}
type Query {
  "A room."
  room: Room
}
"A place to talk."
type Room {
  "Who opened it."
  owner: User!
}
type User @key(fields: "id", resolvable: false) {
  id: ID!
}
`

/** A repository of two subgraphs in a temporary folder, with git, for tests of the commands of this package. */
export class TinyRepository {
  readonly root: URL
  readonly #folder: string

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'gravity-schema-'))
    this.root = pathToFileURL(`${this.#folder}/`)
    this.write('subgraphs/users/schema.graphql', usersSdl)
    this.write(
      'subgraphs/users/package.json',
      JSON.stringify({
        type: 'module',
        codegen: { context: '../context.ts#Context', mappers: { User: '../user-row.ts#UserRow' } },
      }),
    )
    this.write('subgraphs/chat/schema.graphql', chatSdl)
    this.write('subgraphs/chat/package.json', '{ "type": "module" }')
    this.write('package.json', '{ "type": "module" }')
    this.write('schema/operations/users.graphql', 'query Me { me { id name joinedAt } }\n')
    symlinkSync(fileURLToPath(new URL('node_modules', repositoryRoot)), this.path('node_modules'))
  }

  path(relative: string): string {
    return join(this.#folder, relative)
  }

  read(relative: string): string {
    return readFileSync(this.path(relative), 'utf8')
  }

  write(relative: string, text: string): void {
    mkdirSync(join(this.path(relative), '..'), { recursive: true })
    writeFileSync(this.path(relative), text)
  }

  /** Replaces a text that must be there. */
  edit(relative: string, before: string, after: string): void {
    const text = this.read(relative)
    if (!text.includes(before)) throw new Error(`${relative} does not contain ${before}.`)
    this.write(relative, text.replace(before, after))
  }

  async generate(): Promise<string[]> {
    return await writeGeneratedFiles(this.root, await allGeneratedFiles(this.root))
  }

  commit(): void {
    const git = (...args: string[]): void => {
      const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
      execFileSync('git', ['-C', this.#folder, ...identity, ...args], { stdio: 'pipe' })
    }
    git('init', '--quiet')
    git('add', 'schema', 'subgraphs')
    git('commit', '--quiet', '--no-verify', '--message', 'A state of the graph')
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
