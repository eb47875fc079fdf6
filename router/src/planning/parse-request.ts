import { textFault } from '@gravity/shared/graphql/text'
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql'
import type { GraphRequest, RequestRefusal } from '../graph.ts'
import { deferRules } from './defer-rules.ts'
import { type ObservePreparation, observed } from './preparation.ts'
import { type SafeDocument, withoutReservedVariables } from './reserved-variables.ts'

/** Something that a document must not do; asked before validation, so the document may be wrong in other ways too. */
export type DocumentRule = (
  document: DocumentNode,
  schema: GraphQLSchema,
) => readonly GraphQLFormattedError[]

export interface ParseOptions {
  /** Reads the text; throws a `GraphQLError`. By default graphql-js with at most 15,000 tokens. */
  readonly parse?: ((text: string) => DocumentNode) | undefined
  readonly rules?: readonly DocumentRule[] | undefined
  /** How many objects an answer may have, by the pages that it asks for; as many as there are by default. */
  readonly maximumNodes?: number | undefined
  /** Keeps names of the schema out of the messages, for a schema that may not be introspected. */
  readonly hidesSuggestions?: boolean | undefined
  /** Told what a document that is met first takes. */
  readonly observePreparation?: ObservePreparation | undefined
}

/** A document that may be executed, and the operation of it that was asked for. */
export interface ParsedRequest {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** What the client calls variables that are named differently here. */
  readonly givenNames: ReadonlyMap<string, string>
}

const maximumTokens = 15_000
/** More tell nobody anything, and cost time. */
const maximumErrors = 10
const validationRules = [...specifiedRules, ...deferRules]

/** Parses and validates a request. Never throws for a client's mistake: that is a refusal with `BAD_USER_INPUT`. */
export function parseRequest(
  request: Pick<GraphRequest, 'query' | 'operationName'>,
  schema: GraphQLSchema,
  options: ParseOptions,
): ParsedRequest | RequestRefusal {
  try {
    const { observePreparation: observe } = options
    const document = observed(observe, 'parse', () => (options.parse ?? parseText)(request.query))
    const errors = observed(observe, 'validate', () => checkDocument(document, schema, options))
    if (errors.length > 0) return refuse(errors)
    return selectOperation(withoutReservedVariables(document), request.operationName)
  } catch (error) {
    if (error instanceof GraphQLError) return refuse([error])
    // The stack ran out: what is nested so deeply is an attack or a mistake.
    if (error instanceof RangeError) return refuse([{ message: 'The document nests too deeply.' }])
    throw error
  }
}

/** A refusal with the code that a client's mistake has, unless an error says it better. */
export function refuse(errors: readonly (GraphQLFormattedError | GraphQLError)[]): RequestRefusal {
  return {
    errors: errors.map((error) => {
      const formatted = error instanceof GraphQLError ? error.toJSON() : error
      return { ...formatted, extensions: { code: 'BAD_USER_INPUT', ...formatted.extensions } }
    }),
  }
}

function parseText(text: string): DocumentNode {
  return parse(text, { maxTokens: maximumTokens })
}

function checkDocument(
  document: DocumentNode,
  schema: GraphQLSchema,
  { rules = [], hidesSuggestions = false }: ParseOptions,
): readonly (GraphQLFormattedError | GraphQLError)[] {
  const refused = [checkTexts, ...rules].flatMap((rule) => rule(document, schema))
  if (refused.length > 0) return refused
  const errors = validate(schema, document, validationRules, { maxErrors: maximumErrors })
  return hidesSuggestions ? errors.map(withoutSuggestion) : errors
}

function withoutSuggestion(error: GraphQLError): GraphQLFormattedError {
  return { ...error.toJSON(), message: error.message.replace(/ Did you mean .*\?$/s, '') }
}

function checkTexts(document: DocumentNode): GraphQLFormattedError[] {
  const errors: GraphQLFormattedError[] = []
  visit(document, {
    enter(node) {
      if (node.kind !== Kind.STRING) return
      const fault = textFault(node.value)
      if (fault === null) return
      const error = new GraphQLError(`A text in the document ${fault}.`, { nodes: node })
      errors.push(error.toJSON())
    },
  })
  return errors
}

function selectOperation(
  { document, givenNames }: SafeDocument,
  operationName: string | undefined,
): ParsedRequest | RequestRefusal {
  const operations: OperationDefinitionNode[] = []
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition)
    }
  }
  const named = operations.filter((operation) => operation.name?.value === operationName)
  const [operation, ...others] = operationName === undefined ? operations : named
  if (operation && others.length === 0) return { document, operation, fragments, givenNames }
  const message =
    operationName !== undefined
      ? `The document has no operation named "${operationName}".`
      : operations.length === 0
        ? 'The document has no operation.'
        : 'The document has several operations: say which by operationName.'
  return refuse([{ message }])
}
