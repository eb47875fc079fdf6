import { StartError } from '../config/start-error.ts'

/** Why a PostgreSQL did not come up: `retry` when the next attempt may succeed without anybody doing anything. */
export interface StartFailure {
  readonly kind: 'retry' | 'port-taken' | 'fatal'
  readonly sentence: string
}

export interface FailedStart {
  readonly dataDirectory: string
  readonly port: number
  /** What PostgreSQL wrote, one message a line. */
  readonly lines: readonly string[]
}

/** Turns PostgreSQL's last words into one sentence that says what to do. */
export function explainStartFailure({ dataDirectory, port, lines }: FailedStart): StartFailure {
  const words = lines.join('\n')
  if (words.includes('No space left on device')) {
    return {
      kind: 'fatal',
      sentence: `The disk of ${dataDirectory} is full, so PostgreSQL cannot start: free some space and start again.`,
    }
  }
  if (words.includes('pre-existing shared memory block')) {
    return {
      kind: 'retry',
      sentence: `Processes of an earlier PostgreSQL still use ${dataDirectory}: end them, or restart the machine.`,
    }
  }
  if (words.includes('lock file "postmaster.pid"')) {
    return {
      kind: 'retry',
      sentence: `Another PostgreSQL uses ${dataDirectory}: stop it, or set GRAVITY_DATA_DIR to another folder.`,
    }
  }
  if (/could not bind .*: Address already in use/.test(words)) {
    return {
      kind: 'port-taken',
      sentence: `Port ${port} on 127.0.0.1 is taken by another program, so PostgreSQL cannot listen there: stop that program or choose another port.`,
    }
  }
  return {
    kind: 'fatal',
    sentence: `PostgreSQL cannot start with the data in ${dataDirectory} (${lastWords(lines)}): restore that folder from a copy, or move it away to begin with empty databases.`,
  }
}

/** As an error, with everything that PostgreSQL wrote as the cause. */
export function startError(failed: FailedStart): StartError {
  return new StartError(explainStartFailure(failed).sentence, {
    cause: new Error(failed.lines.join('\n')),
  })
}

function lastWords(lines: readonly string[]): string {
  const grave = lines.findLast((line) => /^(?:PANIC|FATAL):/.test(line)) ?? lines.at(-1)
  return grave?.replace(/^[A-Z]+:\s*/, '') ?? 'it said nothing'
}
