import { DeadlineError, RefusedError } from './http-exchange.ts'
import type { SubgraphCall, SubgraphClient } from './subgraph-client.ts'
import { reasonOf, subgraphFailure } from './subgraph-failure.ts'
import type { SubgraphTraffic } from './subgraph-traffic.ts'

export interface BoundClientOptions {
  readonly name: string
  readonly traffic: Pick<SubgraphTraffic, 'settings' | 'limit' | 'counts'>
  /** For a call with its wait; undefined to let calls take as long as they do once it is their turn. */
  readonly deadlineMs: number | undefined
}

/**
 * The way to a subgraph of this process whose calls are bounded: how many there are at once, and how long they take. A
 * call that takes too long is given up: its caller goes on, and its resolvers learn of it by their signal. They may still
 * be running then, and no longer count.
 */
export function boundClient(client: SubgraphClient, options: BoundClientOptions): SubgraphClient {
  return {
    ...client,
    send: (request, call) => run(call, options, (bounded) => client.send(request, bounded)),
  }
}

async function run<T>(
  call: SubgraphCall,
  { name, traffic, deadlineMs }: BoundClientOptions,
  send: (call: SubgraphCall) => Promise<T>,
): Promise<T> {
  const { settings, limit, counts } = traffic
  const endsAt = performance.now() + settings.deadlineMs
  try {
    const room = limit.enter({ signal: call.signal, endsAt })
    if (room) await room
  } catch (cause) {
    if (!(cause instanceof RefusedError)) throw cause
    counts.refused += 1
    throw subgraphFailure(name, cause.reason, { cause })
  }
  try {
    const answer = await (deadlineMs === undefined ? send(call) : sendUntil(endsAt, call, send))
    counts.answered += 1
    return answer
  } catch (cause) {
    counts[call.signal.aborted ? 'abandoned' : 'failed'] += 1
    throw cause instanceof DeadlineError ? subgraphFailure(name, reasonOf(cause), { cause }) : cause
  } finally {
    limit.leave()
  }
}

async function sendUntil<T>(
  endsAt: number,
  call: SubgraphCall,
  send: (call: SubgraphCall) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const leave = (): void => controller.abort(call.signal.reason)
  const giveUp = (): void => controller.abort(new DeadlineError('No answer in time'))
  const timer = setTimeout(giveUp, Math.max(1, endsAt - performance.now()))
  call.signal.addEventListener('abort', leave, { once: true })
  if (call.signal.aborted) leave()
  try {
    return await send({ ...call, signal: controller.signal })
  } finally {
    clearTimeout(timer)
    call.signal.removeEventListener('abort', leave)
  }
}
