import { type IncomingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http'
import type { Logger } from '@gravity/shared/log/logger'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { GraphQLFormattedError } from 'graphql'
import type { GraphCall, GraphResult, PreparedOperation } from '../graph.ts'
import { Endings } from './endings.ts'
import type {
  OperationOutcome,
  PluginEvent,
  PluginOperation,
  PluginRequest,
  RequestOutcome,
} from './plugin.ts'

export interface RequestFacts {
  readonly transport: PluginRequest['transport']
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly requestId: string
  readonly clientAddress: string | null
  readonly traceparent: string
}

/** Where an answer's headers and a request's trace are kept; what comes over a socket has none. */
export interface RequestCarrier {
  continueTrace(traceparent: string): void
  addHeader(name: string, value: string): void
}

/** Everything that is noted of one request while it is served, for plugins and for the access log. */
export class RequestScope implements PluginRequest {
  readonly transport: PluginRequest['transport']
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly requestId: string
  readonly clientAddress: string | null
  readonly endings: Endings<RequestOutcome>
  readonly startedAt = performance.now()
  readonly errorCodes = new Set<string>()
  /** The first operation; a batch has more. */
  operation: OperationScope | undefined
  operations = 0
  subgraphCalls = 0
  /** True when the request was known by its text, and its answer kept. */
  isKnown = false
  #traceparent: string
  readonly #carrier: RequestCarrier | undefined

  constructor(facts: RequestFacts, log: Logger, carrier?: RequestCarrier) {
    this.transport = facts.transport
    this.method = facts.method
    this.path = facts.path
    this.headers = facts.headers
    this.requestId = facts.requestId
    this.clientAddress = facts.clientAddress
    this.endings = new Endings(log)
    this.#traceparent = facts.traceparent
    this.#carrier = carrier
  }

  get traceparent(): string {
    return this.#traceparent
  }

  continueTrace(traceparent: string): void {
    this.#traceparent = traceparent
    this.#carrier?.continueTrace(traceparent)
  }

  setHeader(name: string, value: string): void {
    // Later than here, what cannot be sent would cost the whole answer.
    validateHeaderName(name)
    validateHeaderValue(name, value)
    this.#carrier?.addHeader(name.toLowerCase(), value)
  }

  noteErrors(errors: readonly GraphQLFormattedError[]): void {
    for (const { extensions } of errors) {
      const code = extensions?.['code']
      this.errorCodes.add(typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR')
    }
  }

  end(how: Pick<RequestOutcome, 'status' | 'bytes'>): RequestOutcome {
    const durationMs = performance.now() - this.startedAt
    const outcome = { ...how, durationMs, errorCodes: [...this.errorCodes] }
    this.endings.run(outcome)
    return outcome
  }
}

/** How many errors of an operation its plugins are told of at its end. */
const mostErrors = 100

/** The same for one operation of a request. */
export class OperationScope implements PluginOperation {
  readonly request: RequestScope
  readonly kind: PluginOperation['kind']
  readonly name: string | undefined
  readonly document: PluginOperation['document']
  readonly variables: PluginOperation['variables']
  readonly viewer: Viewer | null
  readonly endings: Endings<OperationOutcome>
  /** The event of a subscription that is being completed now. */
  event: EventScope | undefined
  isReused = false
  traceparent: string
  readonly #log: Logger
  readonly #errors: GraphQLFormattedError[] = []
  #results = 0
  #extensions: Map<string, unknown> | undefined

  constructor(
    { kind, name, document }: PreparedOperation,
    { identity, variables }: GraphCall,
    { request, log }: { readonly request: RequestScope; readonly log: Logger },
  ) {
    this.request = request
    this.kind = kind
    this.name = name
    this.document = document
    this.variables = variables
    this.viewer = identity.viewer
    this.traceparent = request.traceparent
    this.endings = new Endings(log)
    this.#log = log
    request.operation ??= this
    request.operations += 1
  }

  continueTrace(traceparent: string): void {
    this.traceparent = traceparent
  }

  addExtension(name: string, value: unknown): void {
    this.#extensions ??= new Map()
    this.#extensions.set(name, value)
  }

  /** Notes one result of the operation, and gives it the extensions. */
  result(result: GraphResult): GraphResult {
    this.isReused ||= result.isReused ?? false
    this.note(result.errors)
    if (!this.#extensions) return result
    const { errors, refused, isReused } = result
    return { errors, refused, isReused, body: withExtensions(result.body, this.#extensions) }
  }

  /** Notes what went wrong in one result. */
  note(errors: readonly GraphQLFormattedError[]): void {
    this.#results += 1
    // A subscription may run for days.
    for (const error of errors) if (this.#errors.length < mostErrors) this.#errors.push(error)
    this.request.noteErrors(errors)
  }

  beginEvent(): EventScope {
    this.event = new EventScope(this, this.#log)
    return this.event
  }

  endEvent(errors: readonly GraphQLFormattedError[]): void {
    const { event } = this
    this.event = undefined
    event?.endings.run({ errors, results: 1, isReused: false })
  }

  end(): void {
    this.endEvent([])
    this.endings.run({ errors: this.#errors, results: this.#results, isReused: this.isReused })
  }
}

/** The same for one event of a subscription. */
export class EventScope implements PluginEvent {
  readonly operation: OperationScope
  readonly endings: Endings<OperationOutcome>
  traceparent: string

  constructor(operation: OperationScope, log: Logger) {
    this.operation = operation
    this.traceparent = operation.traceparent
    this.endings = new Endings(log)
  }

  continueTrace(traceparent: string): void {
    this.traceparent = traceparent
  }
}

/** `body` is the text of a JSON object. */
function withExtensions(body: string, extensions: ReadonlyMap<string, unknown>): string {
  const text = JSON.stringify(Object.fromEntries(extensions))
  return `${body.slice(0, -1)},"extensions":${text}}`
}
