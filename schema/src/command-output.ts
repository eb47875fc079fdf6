import { GraphQLError } from 'graphql'

/** Where a command prints: `line` for results, `complaint` for warnings and errors. */
export interface CommandOutput {
  line(text: string): void
  complaint(text: string): void
}

/** Standard output and standard error of this process. */
export const standardOutput: CommandOutput = {
  line: (text) => {
    process.stdout.write(`${text}\n`)
  },
  complaint: (text) => {
    process.stderr.write(`${text}\n`)
  },
}

/** The text of a failure for a person: the sentence of an expected error, with its place in SDL; the stack of a bug. */
export function failureText(error: unknown): string {
  if (error instanceof GraphQLError) return String(error)
  if (!(error instanceof Error)) return String(error)
  const expected = error.constructor !== TypeError && error.constructor !== ReferenceError
  return expected ? error.message : (error.stack ?? error.message)
}
