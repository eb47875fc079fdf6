// npm run new-subgraph <plural-noun>: a subgraph that composes, starts and passes its first test.
import { spawnSync } from 'node:child_process'
import { repositoryRoot } from './repository-root.ts'
import { writeSubgraph } from './subgraph-template.ts'

const [noun] = process.argv.slice(2)
if (noun === undefined) fail('Say what it is about, as a plural noun: npm run new-subgraph reviews')
try {
  for (const path of await writeSubgraph(repositoryRoot, noun)) console.log(`wrote ${path}`)
} catch (error) {
  fail(error instanceof Error ? error.message : String(error))
}
for (const step of [
  ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'],
  ['node', 'schema/src/compose-command.ts'],
  ['node', 'schema/src/codegen-command.ts'],
  [
    'npx',
    'biome',
    'check',
    '--write',
    `subgraphs/${noun}`,
    'schema/access',
    'scripts/subgraph-list.ts',
  ],
]) {
  const [command = '', ...rest] = step
  const { status } = spawnSync(command, rest, { cwd: repositoryRoot, stdio: 'inherit' })
  if (status !== 0) fail(`${step.join(' ')} failed: see above.`)
}
console.log(
  `\nRun its test:  npm test -- subgraphs/${noun}\nStart it:      npm start\nDeploy it:     add it to docker/ (npm test -- docker names what is missing)`,
)

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
