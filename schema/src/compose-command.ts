import { failureText, standardOutput } from './command-output.ts'
import { printWarning } from './composition-error.ts'
import { composedFiles } from './generated-files.ts'
import { repositoryRoot } from './repository.ts'
import { writeGeneratedFiles } from './write-generated-files.ts'

try {
  const { files, warnings } = await composedFiles(repositoryRoot)
  for (const warning of warnings) standardOutput.complaint(`Warning: ${printWarning(warning)}\n`)
  const changed = await writeGeneratedFiles(repositoryRoot, files)
  for (const path of files.keys()) {
    standardOutput.line(`${path} ${changed.includes(path) ? 'written' : 'unchanged'}`)
  }
} catch (error) {
  standardOutput.complaint(failureText(error))
  process.exitCode = 1
}
