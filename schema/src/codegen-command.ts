import { type CommandOutput, failureText, standardOutput } from './command-output.ts'
import { clientFiles, type GeneratedFiles, resolverTypesFile } from './generated-files.ts'
import { listSubgraphs, repositoryRoot } from './repository.ts'
import { writeGeneratedFiles } from './write-generated-files.ts'

/**
 * Regenerates what is named on the command line (`users`, `client`), or everything. A part that fails is reported
 * and does not keep the others from being written.
 */
async function generate(names: readonly string[], output: CommandOutput): Promise<boolean> {
  const subgraphs = await listSubgraphs(repositoryRoot)
  const known = [...subgraphs, 'client']
  const wanted = names.length === 0 ? known : names
  let succeeded = true
  for (const name of wanted) {
    try {
      if (!known.includes(name)) throw new Error(`"${name}" is none of ${known.join(', ')}.`)
      const changed = await writeGeneratedFiles(repositoryRoot, await filesOf(name))
      output.line(`${name}: ${changed.length === 0 ? 'unchanged' : `wrote ${changed.join(', ')}`}`)
    } catch (error) {
      succeeded = false
      output.complaint(`${name}: ${failureText(error)}`)
    }
  }
  return succeeded
}

async function filesOf(name: string): Promise<GeneratedFiles> {
  return name === 'client'
    ? await clientFiles(repositoryRoot)
    : await resolverTypesFile(repositoryRoot, name)
}

if (!(await generate(process.argv.slice(2), standardOutput))) process.exitCode = 1
