import { type LineLog, type LineLogOptions, openLineLog } from '@gravity/shared/log/line-log'
import { redactText } from '@gravity/shared/log/redact-text'
import { traceIdOf } from '@gravity/shared/viewer/trace-context'
import type { RequestOutcome } from '../plugins/plugin.ts'
import type { RequestScope } from '../plugins/request-scope.ts'
import { clientFacts } from './client-facts.ts'
import { shortenAddress } from './client-network.ts'
import type { AccessLogConfig } from './config.ts'

export interface AccessLog {
  /** Writes one line about a request that has ended, or none. */
  write(scope: RequestScope, outcome: RequestOutcome): void
  /** Writes out what is still buffered. */
  stop(): void
}

/** Takes whole lines. */
export type AccessLogDestination = NonNullable<LineLogOptions['destination']>

const longestPath = 200
/** A name may be as long as a document. */
const longestName = 100

/**
 * Opens the access log: one line for every HTTP request and for every operation on a socket. Its facts are named as
 * `pino-http` names them, with what GraphQL adds; never in them are documents, variables, query strings and tokens.
 * Undefined when it is off.
 */
export function openAccessLog(
  config: AccessLogConfig,
  destination?: AccessLogDestination,
): AccessLog | undefined {
  if (config.mode === 'off') return undefined
  const lines = openLineLog({ name: 'access', format: config.format, destination })
  const errorsOnly = config.mode === 'errors'
  return {
    write(scope, outcome) {
      if (errorsOnly && !isError(outcome)) return
      writeLine(lines, factsOf(scope, outcome, config), outcome)
    },
    stop: () => lines.stop(),
  }
}

function isError({ status = 200, errorCodes }: RequestOutcome): boolean {
  return status >= 400 || errorCodes.length > 0
}

function writeLine(lines: LineLog, facts: object, { status = 200 }: RequestOutcome): void {
  if (status >= 500) lines.error(facts, 'request')
  else lines.info(facts, 'request')
}

function factsOf(scope: RequestScope, outcome: RequestOutcome, config: AccessLogConfig): object {
  const { operation, transport } = scope
  const { viewer } = operation ?? {}
  return {
    requestId: scope.requestId,
    traceId: traceIdOf(scope.traceparent),
    transport,
    req: {
      method: scope.method,
      url: pathOf(scope.path),
      remoteAddress: shortenAddress(scope.clientAddress, config.address),
      ...clientFacts(scope.headers),
    },
    res: transport === 'http' ? { statusCode: outcome.status, bytes: outcome.bytes } : undefined,
    responseTime: Math.round(outcome.durationMs * 100) / 100,
    operation: operation && { type: operation.kind, name: operation.name?.slice(0, longestName) },
    operations: scope.operations > 1 ? scope.operations : undefined,
    viewer: config.viewer ? viewer?.userId : undefined,
    // Written in any case: whoever acts as somebody else is answerable for it.
    impersonatedBy: viewer?.impersonatedBy,
    subgraphCalls: operation && scope.subgraphCalls,
    errorCodes: outcome.errorCodes.length > 0 ? outcome.errorCodes : undefined,
    cache: scope.isKnown || operation?.isReused ? 'hit' : undefined,
  }
}

/** What strangers ask for may hold anything; the endpoint's own path holds nothing. */
function pathOf(path: string): string {
  return path === '/graphql' ? path : redactText(path.slice(0, longestPath))
}
