import { parseArgs } from 'node:util'
import { checkGraph } from './check-graph.ts'
import { failureText, standardOutput } from './command-output.ts'
import { repositoryRoot } from './repository.ts'

try {
  const { values } = parseArgs({ options: { base: { type: 'string' } } })
  const passed = await checkGraph({
    root: repositoryRoot,
    output: standardOutput,
    ...(values.base === undefined ? {} : { base: values.base }),
  })
  if (!passed) process.exitCode = 1
} catch (error) {
  standardOutput.complaint(failureText(error))
  process.exitCode = 1
}
