import type { GraphCall, GraphResult } from '../graph.ts'

/** One execution under way that others may wait for. */
interface Flight {
  readonly call: GraphCall
  readonly headers: string
  /** How many mutations had ended when it began. */
  readonly era: number
  readonly result: Promise<GraphResult>
}

/** The executions of one operation that are under way. */
export type OperationFlights = Flight[]

export interface FlightsOptions {
  /** Whether executions for one viewer are shared; otherwise only those that `isForAll` are. */
  readonly deduplicates: boolean
  /** What of the client's headers reaches subgraphs, as text; undefined when nothing does. */
  readonly headersKey: ((call: GraphCall) => string) | undefined
}

/** An execution that was asked for. */
export interface AskedFlight {
  readonly flights: OperationFlights
  readonly call: GraphCall
  /** Whether the answer is likely to be the same for everybody; the result says whether it is. */
  readonly isForAll: boolean
  readonly start: () => Promise<GraphResult>
}

/** How many of the latest executions are compared with; looking further costs more than it finds. */
const compared = 16
/** How deep variables are compared. */
const deepest = 200

/**
 * Equal queries under way at the same time are executed once. They are compared only while there are others of the same
 * operation, so that nothing is made for those that are alone. Nobody joins what began before a mutation ended: whoever
 * has changed something must see it.
 */
export class Flights {
  readonly #options: FlightsOptions
  #era = 0

  constructor(options: FlightsOptions) {
    this.#options = options
  }

  /** What is asked from now on shares nothing that was asked before. */
  startAnew(): void {
    this.#era += 1
  }

  run(asked: AskedFlight): Promise<GraphResult> {
    const { deduplicates, headersKey } = this.#options
    const { flights, call, isForAll, start } = asked
    if (!deduplicates && !isForAll) return start()
    const headers = headersKey?.(call) ?? ''
    const joined = flights.length > 0 ? this.#find(asked, headers) : undefined
    if (joined) {
      const release = joined.call.hold?.()
      if (release) return follow(joined, call, { start, release })
    }
    // Without a way to keep it going when its own client leaves, an execution cannot be shared.
    if (!call.hold) return start()
    const result = start()
    const flight = { call, headers, era: this.#era, result }
    flights.push(flight)
    const forget = (): void => {
      flights.splice(flights.indexOf(flight), 1)
    }
    result.then(forget, forget)
    return result
  }

  #find({ flights, call, isForAll }: AskedFlight, headers: string): Flight | undefined {
    const last = flights.length - 1
    for (let index = last; index >= 0 && index > last - compared; index -= 1) {
      const flight = flights[index]
      if (!flight || flight.era !== this.#era || flight.headers !== headers) continue
      if (!isForAll && flight.call.identity.viewer !== call.identity.viewer) continue
      if (isEqual(flight.call.variables, call.variables)) return flight
    }
    return undefined
  }
}

interface Following {
  readonly start: () => Promise<GraphResult>
  /** Ends the wait for the execution. */
  readonly release: () => void
}

async function follow(
  flight: Flight,
  call: GraphCall,
  { start, release }: Following,
): Promise<GraphResult> {
  const { signal } = call
  if (signal.aborted) release()
  else signal.addEventListener('abort', release, { once: true })
  try {
    const result = await flight.result
    const sameViewer = flight.call.identity.viewer === call.identity.viewer
    if (!sameViewer && !result.kept?.isForAll) return await start()
    if (result.errors.length === 0) return result
    return retold(result, flight.call, call) ?? (await start())
  } finally {
    signal.removeEventListener('abort', release)
    release()
  }
}

/** Errors carry the id of the request that they belong to; undefined when the answer is not written as expected. */
function retold(result: GraphResult, of: GraphCall, to: GraphCall): GraphResult | undefined {
  const written = `{"errors":${JSON.stringify(result.errors)}`
  if (!result.body.startsWith(written)) return undefined
  const { requestId } = to.identity
  const errors = result.errors.map((error) =>
    error.extensions?.['requestId'] === of.identity.requestId
      ? { ...error, extensions: { ...error.extensions, requestId } }
      : error,
  )
  const body = `{"errors":${JSON.stringify(errors)}${result.body.slice(written.length)}`
  return { ...result, errors, body }
}

/** Whether two values that came from JSON are the same, as far as one looks: nobody nests them like this in earnest. */
function isEqual(one: unknown, other: unknown, depth = 0): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false
  if (depth > deepest) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const entries = Object.entries(one)
  if (entries.length !== Object.keys(other).length) return false
  const values = new Map(Object.entries(other))
  return entries.every(
    ([name, value]) => values.has(name) && isEqual(value, values.get(name), depth + 1),
  )
}
