import type { GraphRequest } from '../graph.ts'
import { badRequest, HttpRefusal } from './http-refusal.ts'

/**
 * Reads the parameters of GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters)
 * out of a JSON body. Refuses what is not a map of well-typed parameters with 400.
 */
export function parseJsonParameters(body: string): GraphRequest {
  if (body === '') throw badRequest('The body is empty; it must be a JSON object with a "query".')
  const parameters = parseJson(body, 'The body')
  if (Array.isArray(parameters)) {
    throw badRequest('Batches are switched off: send one JSON object, not an array.')
  }
  if (!isRecord(parameters)) throw badRequest('The body must be a JSON object with a "query".')
  return toGraphRequest(parameters)
}

/** The same out of the query string of a GET, where `variables` and `extensions` are JSON texts. */
export function parseQueryParameters(search: string): GraphRequest {
  const parameters = new URLSearchParams(search)
  return toGraphRequest({
    query: parameters.get('query'),
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

/** Parameters from any transport; each may be null or absent, except the query. */
export function toGraphRequest(parameters: Readonly<Record<string, unknown>>): GraphRequest {
  const { query, operationName } = parameters
  const extensions = readMap(parameters, 'extensions')
  return {
    query: chooseDocument(query, extensions),
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

/** Where a document's text comes from. Persisted documents are looked up here once the router knows them. */
function chooseDocument(
  query: unknown,
  extensions: Readonly<Record<string, unknown>> | undefined,
): string {
  if (typeof query === 'string' && query !== '') return query
  if (isAbsent(query) && extensions && Object.hasOwn(extensions, 'persistedQuery')) {
    throw notPersisted()
  }
  if (query === '') throw badRequest('The parameter "query" is empty.')
  throw badRequest('The parameter "query" is missing or not a string.')
}

/** Clients of automatic persisted queries know this message and send the whole document instead. */
function notPersisted(): HttpRefusal {
  return new HttpRefusal({
    status: 400,
    code: 'PERSISTED_QUERY_NOT_SUPPORTED',
    message: 'PersistedQueryNotSupported',
  })
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
