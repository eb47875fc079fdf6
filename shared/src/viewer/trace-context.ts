import { randomFillSync } from 'node:crypto'

// https://www.w3.org/TR/trace-context/#traceparent-header: lower case only; a later version may append fields.
const traceparentPattern =
  /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-[\x21-\x7e]{0,200})?$/

/** Starts a trace: a W3C `traceparent` of version 00 with random ids, sampled. */
export function createTraceparent(): string {
  const ids = randomHex(traceIdBytes + spanIdBytes)
  return `00-${ids.slice(0, 2 * traceIdBytes)}-${ids.slice(2 * traceIdBytes)}-01`
}

/**
 * A `traceparent` for this hop: the caller's trace id and sampling decision with an id of our own. A missing or
 * malformed value, and one of all zeros, starts a new trace as the specification asks; it is never passed on.
 */
export function continueTraceparent(incoming: string | undefined): string {
  const parent = parseTraceparent(incoming)
  if (!parent) return createTraceparent()
  return `00-${parent.traceId}-${randomHex(spanIdBytes)}-${parent.sampled ? '01' : '00'}`
}

/** A `traceparent` of version 00. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}

/** The 32 hexadecimal digits that all hops of a request share; undefined when the value is malformed. */
export function traceIdOf(traceparent: string): string | undefined {
  return parseTraceparent(traceparent)?.traceId
}

const traceIdBytes = 16
const spanIdBytes = 8

/** Drawn for many requests at once, which costs each far less than a call of its own. */
const drawn = Buffer.alloc(4_080)
let used = drawn.length

/** Two digits for each byte. */
function randomHex(bytes: number): string {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  used += bytes
  return drawn.toString('hex', used - bytes, used)
}

/** What a `traceparent` says. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
  readonly sampled: boolean
}

/** Reads a `traceparent`; undefined when it is missing or malformed. */
export function parseTraceparent(value: string | undefined): TraceParent | undefined {
  const [, version, traceId, spanId, flags, appended] = traceparentPattern.exec(value ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  if (version === '00' && appended !== undefined) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
