import type pg from 'pg'
import { databaseErrorCode } from './connection-failure.ts'

/** More distinct texts than all services have; what comes after them is sent unprepared. */
const mostStatements = 1_000

const names = new Map<string, string>()

/** feature_not_supported: how PostgreSQL says, among others, that a table has changed under a prepared statement. */
export const staleStatementCode = '0A000'

/**
 * Lets a connection prepare every statement that has parameters under a name of its own, so that PostgreSQL parses and
 * plans it once per connection and not at every call. Statements are told apart by their text. One whose result has
 * changed because of a migration is sent unprepared from then on; within a transaction, which it has spoilt, it rejects
 * with `staleStatementCode` first. A pooler between must follow prepared statements, as PgBouncer 1.21 does.
 */
export function prepareStatements(client: pg.ClientBase): void {
  const unprepared: { query(...call: unknown[]): unknown } = Object.getPrototypeOf(client)
  const send = (...call: unknown[]): unknown => unprepared.query.apply(client, call)
  const stale = new Set<string>()
  const query = (...call: unknown[]): unknown => {
    const [text, values] = call
    if (call.length !== 2 || typeof text !== 'string' || !Array.isArray(values)) {
      return send(...call)
    }
    const name = stale.has(text) ? undefined : nameOf(text)
    if (name === undefined) return send(text, values)
    return Promise.resolve(send({ name, text, values })).catch((error: unknown) => {
      if (databaseErrorCode(error) !== staleStatementCode) throw error
      stale.add(text)
      // A spoilt transaction refuses this one too, and its refusal says less.
      return Promise.resolve(send(text, values)).catch(() => Promise.reject(error))
    })
  }
  Object.assign(client, { query })
}

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= mostStatements) return known
  const name = `gravity_${names.size}`
  names.set(text, name)
  return name
}
