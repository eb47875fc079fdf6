import type { GraphRequest, PersistedReference } from '../graph.ts'
import { badRequest } from './http-refusal.ts'

/** The JSON value in a body. Refuses with 400 what is none. */
export function parseJsonBody(body: string): unknown {
  if (body === '') throw badRequest('The body is empty; it must be a JSON object with a "query".')
  return parseJson(body, 'The body')
}

/** The map of parameters that a JSON value should be. Refuses everything else with 400. */
export function readParameters(value: unknown, subject: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value
  throw badRequest(`${subject} must be a JSON object with a "query".`)
}

/** The parameters of one operation in a JSON body. */
export function parseJsonParameters(body: string): GraphRequest {
  return toGraphRequest(readParameters(parseJsonBody(body), 'The body'))
}

/** The parameters in the query string of a GET, where `variables` and `extensions` are JSON texts. */
export function parseQueryParameters(search: string): GraphRequest {
  const parameters = new URLSearchParams(search)
  return toGraphRequest({
    query: parameters.get('query'),
    documentId: parameters.get('documentId'),
    operationName: parameters.get('operationName'),
    variables: parseJsonParameter(parameters, 'variables'),
    extensions: parseJsonParameter(parameters, 'extensions'),
  })
}

function parseJsonParameter(parameters: URLSearchParams, name: string): unknown {
  const text = parameters.get(name)
  return text === null || text === '' ? undefined : parseJson(text, `The parameter "${name}"`)
}

function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw badRequest(`${subject} is not valid JSON.`, cause)
  }
}

/**
 * The parameters of GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters) from
 * any transport; each may be null or absent, except that there is a query or a document's id. Refuses with 400 what is
 * not well-typed.
 */
export function toGraphRequest(parameters: Readonly<Record<string, unknown>>): GraphRequest {
  const { query, documentId, operationName } = parameters
  const extensions = readMap(parameters, 'extensions')
  const persisted = readReference(documentId, extensions)
  return {
    query: readQuery(query, persisted),
    persisted,
    operationName: readOperationName(operationName),
    variables: readMap(parameters, 'variables'),
    extensions,
  }
}

function readMap(
  parameters: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const value = parameters[name]
  if (isAbsent(value)) return undefined
  if (isRecord(value)) return value
  throw badRequest(`The parameter "${name}" must be a JSON object.`)
}

function readOperationName(value: unknown): string | undefined {
  if (isAbsent(value) || value === '') return undefined
  if (typeof value === 'string') return value
  throw badRequest('The parameter "operationName" must be a string.')
}

function readQuery(query: unknown, persisted: PersistedReference | undefined): string {
  if (typeof query === 'string' && query !== '') return query
  if (persisted && (isAbsent(query) || query === '')) return ''
  if (query === '') throw badRequest('The parameter "query" is empty.')
  throw badRequest('The parameter "query" is missing or not a string.')
}

/**
 * A document's id: `documentId` (GraphQL over HTTP, appendix on persisted documents), or the hash of Apollo's
 * `persistedQuery` extension.
 */
function readReference(
  documentId: unknown,
  extensions: Readonly<Record<string, unknown>> | undefined,
): PersistedReference | undefined {
  if (!isAbsent(documentId)) return { id: withoutAlgorithm(readId(documentId, 'documentId')) }
  if (!extensions) return undefined
  const { persistedQuery } = extensions
  if (isAbsent(persistedQuery)) return undefined
  if (!isRecord(persistedQuery)) {
    throw badRequest('The extension "persistedQuery" must be a JSON object.')
  }
  if (persistedQuery['version'] !== 1) {
    throw badRequest('The extension "persistedQuery" is known here in version 1 only.')
  }
  return { id: readId(persistedQuery['sha256Hash'], 'sha256Hash') }
}

const longestId = 512

function readId(id: unknown, name: string): string {
  if (typeof id === 'string' && id !== '' && id.length <= longestId) return id
  throw badRequest(`The "${name}" must be a text of 1 to ${longestId} characters.`)
}

const algorithm = 'sha256:'

function withoutAlgorithm(id: string): string {
  return id.startsWith(algorithm) ? id.slice(algorithm.length) : id
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
