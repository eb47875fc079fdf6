import { errorCode } from '../errors/error-code.ts'
import { GravityError } from '../errors/gravity-error.ts'

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

// PostgreSQL's appendix A: too many connections, the server stops, crashed or still starts, a statement or an idle
// transaction ran into its limit.
const serverCodes: ReadonlySet<string> = new Set([
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  '57014',
  '25P03',
])

// What `pg` reports without a code. The last one is TypeORM's, for a statement of a transaction whose connection is lost.
const driverSentence =
  /connection terminated|connection error|timeout exceeded when trying to connect|query read timeout|client was closed|cannot use a pool after calling end|query runner (?:was )?already released/i

/** The SQLSTATE or network code of an error, also when TypeORM wrapped it; undefined when it has none. */
export function databaseErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('driverError' in error) {
    const inner = databaseErrorCode(error.driverError)
    if (inner !== undefined) return inner
  }
  return errorCode(error)
}

/** Whether PostgreSQL could not be used at all, as opposed to having refused a statement. */
export function isConnectionFailure(error: unknown): boolean {
  const code = databaseErrorCode(error)
  if (code !== undefined) {
    if (networkCodes.has(code) || serverCodes.has(code) || code.startsWith('08')) return true
  }
  return code === undefined && driverSentence.test(messageOf(error))
}

function messageOf(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error
  return hasMessage ? String(error.message) : ''
}

/** A connection failure as `SUBGRAPH_UNAVAILABLE` with its cause; every other error as it is. */
export function translateConnectionFailure(error: unknown): unknown {
  if (error instanceof GravityError || !isConnectionFailure(error)) return error
  return new GravityError('SUBGRAPH_UNAVAILABLE', 'This part of the graph cannot be reached now.', {
    cause: error,
  })
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/**
 * The same object, whose methods (and those of the objects in it) reject with translated connection failures.
 * Methods run on the original, so private fields work.
 */
export function translatingFailures<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, property) {
      const value: unknown = Reflect.get(object, property, object)
      if (typeof value === 'function') {
        return (...parameters: unknown[]) => {
          const result: unknown = Reflect.apply(value, object, parameters)
          if (!isThenable(result)) return result
          return result.then(undefined, (error: unknown) => {
            throw translateConnectionFailure(error)
          })
        }
      }
      return typeof value === 'object' && value !== null ? translatingFailures(value) : value
    },
  })
}
