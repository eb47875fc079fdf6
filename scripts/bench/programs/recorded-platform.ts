// The platform in one process, which tells what it asks its databases.
import pg from 'pg'
import { startOneProcess } from '../../one-process.ts'
import { answerCommands } from '../processes.ts'

/** A statement with its values, and the database that it went to. */
export interface RecordedStatement {
  readonly database: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
    readonly database: string
  }
  /** Of a prepared statement. */
  readonly name: string | undefined
  readonly text: string
  readonly values: readonly unknown[]
}

export interface RecordedPlatformCommands {
  /** Starts the platform. Returns its address. */
  serve(input: null): Promise<string>
  /** The statements since the last call. */
  take(input: null): RecordedStatement[]
}

let statements: RecordedStatement[] = []

answerCommands<RecordedPlatformCommands>({
  async serve() {
    recordStatements()
    const platform = await startOneProcess({ env: process.env })
    return platform.url
  },
  take() {
    const taken = statements
    statements = []
    return taken
  },
})

function recordStatements(): void {
  const { query } = pg.Client.prototype
  const recorded = function (this: pg.Client, ...parts: unknown[]): unknown {
    const [first, second] = parts
    const statement = typeof first === 'string' ? { text: first, values: second } : first
    if (hasText(statement)) {
      const { host, port, user = '', password = '', database = '' } = this
      statements.push({
        database: { host, port, user, password: String(password), database },
        name: statement.name,
        text: statement.text,
        values: Array.isArray(statement.values) ? statement.values : [],
      })
    }
    return Reflect.apply(query, this, parts)
  }
  Object.assign(pg.Client.prototype, { query: recorded })
}

function hasText(
  statement: unknown,
): statement is { readonly text: string; readonly name?: string; readonly values?: unknown } {
  return typeof statement === 'object' && statement !== null && 'text' in statement
}
