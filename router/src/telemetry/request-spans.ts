import { hash } from 'node:crypto'
import type { Telemetry } from '@gravity/shared/telemetry/telemetry'
import { type DocumentNode, print } from 'graphql'
import type {
  End,
  OperationOutcome,
  PluginEvent,
  PluginOperation,
  PluginRequest,
  PluginSubgraphCall,
  PreparationOutcome,
  PreparationStep,
  RequestOutcome,
  SubgraphCallOutcome,
} from '../plugins/plugin.ts'
import { callErrorType, operationErrorType, requestErrorType } from './error-types.ts'
import { LONGEST_NAME } from './known-names.ts'

/** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server */
export function beginRequestSpan(
  telemetry: Telemetry,
  request: PluginRequest,
): End<RequestOutcome> {
  const { method, path, headers, requestId } = request
  const parent = headers['traceparent']
  const span = telemetry.beginSpan(`${method} ${path}`, {
    kind: 'server',
    // Not the request's own, which names a span that nobody makes.
    parent: typeof parent === 'string' ? parent : undefined,
    attributes: {
      'http.request.method': method,
      'http.route': path,
      'url.path': path,
      'gravity.request.id': requestId,
    },
  })
  request.continueTrace(span.traceparent)
  return (outcome) => {
    const attributes = { 'http.response.status_code': outcome.status }
    span.end({ attributes, errorType: requestErrorType(outcome) })
  }
}

/** Nobody waits for what is prepared in the background, and there is no span above it. */
export function beginPreparationSpan(
  telemetry: Telemetry,
  { kind, request }: PreparationStep,
): End<PreparationOutcome> | undefined {
  if (!request) return undefined
  const parent = request.transport === 'http' ? request.traceparent : undefined
  const span = telemetry.beginSpan(`graphql.${kind}`, { kind: 'internal', parent })
  return ({ failed }) => span.end({ errorType: failed ? 'refused' : undefined })
}

/** https://opentelemetry.io/docs/specs/semconv/graphql/graphql-spans/ */
export function beginOperationSpan(
  telemetry: Telemetry,
  operation: PluginOperation,
): End<OperationOutcome> {
  const { kind, request } = operation
  // An operation on a socket is what its client waits for; one in a request is a part of that.
  const isTop = request.transport === 'websocket'
  const span = telemetry.beginSpan(titleOf(operation), {
    kind: isTop ? 'server' : 'internal',
    parent: isTop ? undefined : operation.traceparent,
    attributes: {
      'graphql.operation.type': kind,
      'graphql.operation.name': nameOf(operation),
      'graphql.document.hash': operation.document && hashOf(operation.document),
      ...(isTop && { 'gravity.request.id': request.requestId }),
    },
  })
  operation.continueTrace(span.traceparent)
  return (outcome) => {
    const codes = codesOf(outcome)
    span.end({
      attributes: {
        'graphql.error.codes': codes.length > 0 ? codes : undefined,
        'gravity.results': kind === 'subscription' ? outcome.results : undefined,
        'gravity.cache.hit': outcome.isReused || undefined,
      },
      errorType: operationErrorType(outcome),
    })
  }
}

/** A trace of its own: a subscription lasts for hours, and a trace that grows for so long can be read by nobody. */
export function beginEventSpan(telemetry: Telemetry, event: PluginEvent): End<OperationOutcome> {
  const { operation } = event
  const span = telemetry.beginSpan(`${titleOf(operation)} event`, {
    kind: 'consumer',
    links: [operation.traceparent],
    attributes: {
      'graphql.operation.type': operation.kind,
      'graphql.operation.name': nameOf(operation),
    },
  })
  event.continueTrace(span.traceparent)
  return (outcome) => span.end({ errorType: operationErrorType(outcome) })
}

export function beginCallSpan(
  telemetry: Telemetry,
  call: PluginSubgraphCall,
): End<SubgraphCallOutcome> {
  const { subgraph, url, representations } = call
  const { kind, name } = call.request.operation
  const address = URL.parse(url)
  const span = telemetry.beginSpan(`${subgraph} ${kind}`, {
    kind: 'client',
    parent: call.traceparent,
    attributes: {
      'peer.service': subgraph,
      'server.address': address?.hostname,
      'server.port': address?.port ? Number(address.port) : undefined,
      'graphql.operation.type': kind,
      'graphql.operation.name': name,
      'gravity.representations': representations > 0 ? representations : undefined,
    },
  })
  call.continueTrace(span.traceparent)
  return (outcome) => {
    const attributes = {
      'http.response.status_code': outcome.status,
      'gravity.cancelled': outcome.isCancelled || undefined,
    }
    span.end({ attributes, errorType: callErrorType(outcome) })
  }
}

function titleOf(operation: PluginOperation): string {
  const name = nameOf(operation)
  return name === undefined ? operation.kind : `${operation.kind} ${name}`
}

function nameOf({ name }: PluginOperation): string | undefined {
  return name?.slice(0, LONGEST_NAME)
}

function codesOf({ errors }: OperationOutcome): string[] {
  return [...new Set(errors.map(({ extensions }) => `${extensions?.['code']}`))]
}

const hashes = new WeakMap<DocumentNode, string>()

/** SHA-256 of the text, as clients of persisted queries make it. */
function hashOf(document: DocumentNode): string {
  const known = hashes.get(document)
  if (known !== undefined) return known
  const made = hash('sha256', document.loc?.source.body ?? print(document))
  hashes.set(document, made)
  return made
}
