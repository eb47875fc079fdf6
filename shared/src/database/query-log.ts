import type { Logger as TypeormLogger } from 'typeorm'
import type { Logger } from '../log/logger.ts'
import { createStatementTeller } from '../telemetry/statement-count.ts'

/** A statement that runs longer is logged as a warning. */
export const slowStatementMs = 1_000

/**
 * Tells the log what TypeORM reports: slow statements as warnings, everything else for debugging. Never the parameters
 * of a statement, which are the users' data; failed statements are told by whoever catches the error.
 */
export function createQueryLog(log: Logger): TypeormLogger {
  const tellStatement = createStatementTeller()
  return {
    logQuery(sql) {
      tellStatement()
      log.trace({ sql }, 'A statement runs.')
    },
    logQueryError: (error, sql) => log.debug({ err: error, sql }, 'A statement failed.'),
    logQuerySlow: (ms, sql) => log.warn({ ms, sql }, 'A statement was slow.'),
    logSchemaBuild: (message) => log.debug(message),
    logMigration: (message) => log.debug(message),
    log: (level, message) =>
      level === 'warn' ? log.warn(String(message)) : log.debug(String(message)),
  }
}
