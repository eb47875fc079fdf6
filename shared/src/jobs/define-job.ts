import type { z } from 'zod'
import type { Logger } from '../log/logger.ts'
import type { Backoff, ScheduleRule } from '../queues/queues.ts'

/**
 * Terminology
 * - Job: work of one service that happens later, apart from the request that asked for it.
 * - Payload: what one run needs to know; checked when the job is enqueued and again when it runs.
 * - Context: the collaborators that a service lends to its jobs; one explicit type per service.
 */

/** One run of a job. */
export interface JobCall<Payload, Context> {
  readonly input: Payload
  readonly context: Context
  /** Carries the job's name and id. */
  readonly log: Logger
  /** Aborted when the service stops and this run has used up its grace. */
  readonly signal: AbortSignal
}

/** What a service states about a job. */
export interface JobDefinition<Payload, Context> {
  /** Imperative, such as `recount-ratings`; unique in the service. */
  readonly name: string
  /** Parsed when the job is enqueued and again when it runs: without transforms. */
  readonly payload: z.ZodType<Payload>
  /** How often the job is tried in all; default 5. */
  readonly attempts?: number
  /** Default: one second, doubled up to ten minutes, shortened by chance by up to a half. */
  readonly backoff?: Backoff
  /** Makes the job run by itself with this input, once per due time whatever the number of processes. */
  readonly schedule?: ScheduleRule & { readonly input: Payload }
  /** May run more than once. Throw to be tried again, `UnrecoverableError` when that cannot help. */
  run(call: JobCall<Payload, Context>): Promise<void>
}

/** A job as `openJobs` knows it. */
export interface Job<Payload, Context> {
  readonly name: string
  readonly attempts: number
  readonly backoff: Backoff
  readonly schedule: (ScheduleRule & { readonly input: Payload }) | undefined
  /** Checks an input; throws a `ZodError`. */
  parse(input: unknown): Payload
  run(call: JobCall<Payload, Context>): Promise<void>
}

const defaultAttempts = 5
const defaultBackoff: Backoff = { delayMs: 1000, maxDelayMs: 600_000, jitter: 0.5 }

/**
 * Declares a job; list it in `openJobs`. Annotate the context, and the payload follows from its schema:
 *
 * `defineJob({ name: 'purge-sessions', payload: z.object({}), async run({ context }: JobCall<object, AuthJobs>) { … } })`
 */
export function defineJob<Payload, Context>(
  definition: JobDefinition<Payload, Context>,
): Job<Payload, Context> {
  return {
    name: definition.name,
    attempts: definition.attempts ?? defaultAttempts,
    backoff: definition.backoff ?? defaultBackoff,
    schedule: definition.schedule,
    parse: (input) => definition.payload.parse(input),
    run: (call) => definition.run(call),
  }
}
