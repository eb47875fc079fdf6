// npm run check: format and lint, types, and that every generated file is up to date. Every step runs, then it fails.
import { spawnSync } from 'node:child_process'
import { repositoryRoot } from './repository-root.ts'

const steps: readonly (readonly [name: string, command: string, ...arguments_: string[]])[] = [
  ['format and lint', 'biome', 'ci', '--error-on-warnings', '.'],
  ['types', 'turbo', 'run', 'typecheck', '--output-logs=errors-only'],
  ['generated files, composition and breaking changes', 'node', 'schema/src/check-command.ts'],
]

const failed = steps.filter(([name, command, ...rest]) => {
  const started = Date.now()
  console.log(`\n▸ ${name}`)
  const { status } = spawnSync(command, rest, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  })
  console.log(
    `${status === 0 ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  )
  return status !== 0
})
if (failed.length > 0) {
  console.error(`\nThe check failed: ${failed.map(([name]) => name).join('; ')}.`)
  process.exit(1)
}
