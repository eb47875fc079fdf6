import type { AnswerHeaderRule } from '../answer-headers/answer-header-rules.ts'
import type { CircuitSettings } from './circuit-breaker.ts'
import type { ConcurrencySettings } from './concurrency-limit.ts'
import type { HeaderRule } from './header-rules.ts'
import type { RetrySettings } from './retry-budget.ts'
import type { TlsFiles } from './tls-files.ts'

/** What the traffic to one subgraph may be. */
export interface TrafficSettings extends ConcurrencySettings {
  /** For one call with its wait and all its attempts. */
  readonly deadlineMs: number
  /** The largest answer, and the largest event of a subscription. */
  readonly responseBytes: number
  readonly retries: RetrySettings
  /** Undefined to call on, whatever the subgraph does. */
  readonly circuit: CircuitSettings | undefined
  /** Whether equal queries under way at the same time are sent once. */
  readonly dedup: boolean
  /** In the order in which they are followed. */
  readonly headers: readonly HeaderRule[]
  /** Which headers of the subgraph's answers reach the client; the last rule that fits decides. */
  readonly answerHeaders: readonly AnswerHeaderRule[]
  /** Undefined for what Node does by itself. */
  readonly tls: TlsFiles | undefined
  /** Whether HTTP/2 is offered to a subgraph with an https address. */
  readonly http2: boolean
  /** What was configured and is not a default: it holds for subgraphs of this process as well. */
  readonly asked: {
    readonly deadlineMs: number | undefined
    readonly concurrency: number | undefined
  }
}

/** The traffic to all subgraphs. */
export interface TrafficConfig {
  /** For those that are not named. */
  readonly all: TrafficSettings
  /** By name. */
  readonly subgraphs: ReadonlyMap<string, TrafficSettings>
}

export const defaultCircuit: CircuitSettings = {
  failureRate: 0.5,
  minimumCalls: 20,
  windowMs: 10_000,
  openMs: 5_000,
  longestOpenMs: 30_000,
}

export const defaultTrafficSettings: TrafficSettings = {
  deadlineMs: 10_000,
  responseBytes: 32 * 1024 * 1024,
  concurrency: 256,
  queue: 10_000,
  retries: { attempts: 3, budget: 0.2, minimum: 10 },
  circuit: defaultCircuit,
  dedup: false,
  headers: [],
  answerHeaders: [],
  tls: undefined,
  http2: false,
  asked: { deadlineMs: undefined, concurrency: undefined },
}

export function settingsFor({ all, subgraphs }: TrafficConfig, name: string): TrafficSettings {
  return subgraphs.get(name) ?? all
}

/** Whether anything that a client's headers say reaches a subgraph, so that answers may depend on it. */
export function forwardsHeaders({ all, subgraphs }: TrafficConfig): boolean {
  return [all, ...subgraphs.values()].some(({ headers }) =>
    headers.some((rule) => 'forward' in rule || 'forwardMatching' in rule || 'baggage' in rule),
  )
}

/** Whether any headers of subgraphs' answers reach clients. */
export function passesHeaders({ all, subgraphs }: TrafficConfig): boolean {
  return [all, ...subgraphs.values()].some(({ answerHeaders }) => answerHeaders.length > 0)
}
