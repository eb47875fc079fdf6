import { parseTraceparent, traceIdOf } from '@gravity/shared/viewer/trace-context'
import type { ClientHeaders } from './header-rules.ts'

/** https://www.w3.org/TR/trace-context/#tracestate-header: how many members there may be, and what is passed on of them. */
const mostStates = 32
const longestTracestate = 512
/** Those that are longer go first when there is not room for all. */
const longState = 128
const stateMember =
  /^(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/

/** https://www.w3.org/TR/baggage/#limits */
const mostBaggage = 64
const longestBaggage = 8_192
const baggageMember =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*=[ \t]*[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)?)*$/

/**
 * The client's `tracestate` for a call that continues the client's trace, at most 512 characters of it. Undefined when
 * there is none, it is malformed, or the call belongs to another trace, such as an operation on a socket.
 */
export function continuedTracestate(
  client: ClientHeaders | undefined,
  traceparent: string,
): string | undefined {
  const tracestate = client?.['tracestate']
  if (client === undefined || typeof tracestate !== 'string') return undefined
  const parent = client['traceparent']
  const { traceId } = parseTraceparent(typeof parent === 'string' ? parent : undefined) ?? {}
  return traceId !== undefined && traceId === traceIdOf(traceparent)
    ? readTracestate(tracestate)
    : undefined
}

function readTracestate(text: string): string | undefined {
  const members = membersOf(text)
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))))
  const isWellFormed =
    members.length <= mostStates &&
    keys.size === members.length &&
    members.every((member) => stateMember.test(member))
  if (!isWellFormed || members.length === 0) return undefined
  const isLong = members.join().length > longestTracestate
  const kept = isLong ? members.filter(({ length }) => length <= longState) : members
  while (kept.join().length > longestTracestate) kept.pop()
  return kept.join() || undefined
}

/**
 * The entries of a client's `baggage` that have one of the keys, as far as they are well-formed and within the limits of
 * the specification; undefined when there is none.
 */
export function chooseBaggage(text: string, keys: readonly string[] | '*'): string | undefined {
  const chosen: string[] = []
  let bytes = 0
  for (const member of membersOf(text)) {
    const key = baggageMember.exec(member)?.[1]
    if (key === undefined || (keys !== '*' && !keys.includes(key))) continue
    bytes += member.length + 1
    if (chosen.length === mostBaggage || bytes > longestBaggage) break
    chosen.push(member)
  }
  return chosen.join() || undefined
}

/** Empty ones are allowed, and mean nothing. */
function membersOf(text: string): string[] {
  return text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
}
