import type { RequestIdentity } from '../viewer/viewer.ts'
import { openStatementCounter } from './statement-count.ts'
import type { Attributes, Telemetry } from './telemetry.ts'

/** What becomes known of an operation while it runs. */
export interface OperationTrace {
  /** Called when it is known what is asked. */
  operation(kind: string, name: string | undefined): void
  /** Called with the codes of the errors that are answered. */
  errors(codes: readonly string[]): void
}

export interface TracedWork<T> {
  readonly identity: RequestIdentity
  /** `server` when the call came over a wire, `internal` when it did not. */
  readonly kind: 'server' | 'internal'
  readonly attributes?: Attributes
  readonly run: (identity: RequestIdentity, trace: OperationTrace) => Promise<T>
  /** What the answer adds to the span. */
  readonly describe?: (answer: T) => Attributes
}

/** A span for every operation that a subgraph answers, with the number of its SQL statements. */
export interface OperationSpans {
  /** Runs the work in a span below the identity's; what it calls in turn is below that span. */
  trace<T>(work: TracedWork<T>): Promise<T>
  stop(): void | Promise<void>
}

/** Opens the spans of one subgraph. */
export function openOperationSpans(telemetry: Telemetry, subgraph: string): OperationSpans {
  const statements = openStatementCounter()
  return {
    async trace({ identity, kind, attributes, run, describe }) {
      const span = telemetry.beginSpan(kind === 'server' ? 'POST /graphql' : subgraph, {
        kind,
        parent: identity.traceparent,
        attributes: { 'gravity.subgraph': subgraph, ...attributes },
      })
      const tally = { count: 0 }
      let errorType: string | undefined
      const trace: OperationTrace = {
        operation: (type, name) =>
          span.setAttributes({ 'graphql.operation.type': type, 'graphql.operation.name': name }),
        errors(codes) {
          errorType ??= codes[0]
          span.setAttributes({ 'graphql.error.codes': [...new Set(codes)] })
        },
      }
      try {
        const own = { ...identity, traceparent: span.traceparent }
        const answer = await statements.run(tally, () => run(own, trace))
        if (describe) span.setAttributes(describe(answer))
        return answer
      } catch (error) {
        errorType ??= error instanceof Error ? error.name : 'unknown'
        throw error
      } finally {
        span.end({ attributes: { 'gravity.database.statements': tally.count }, errorType })
      }
    },
    stop: () => statements.stop(),
  }
}
