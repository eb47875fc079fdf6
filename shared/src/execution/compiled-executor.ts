import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema } from 'graphql'
import {
  type CompiledOperation,
  compileOperation,
  type OperationInput,
} from './compile-operation.ts'

/** One execution of an operation of a document that is valid against the schema. */
export interface ExecutionRequest extends OperationInput {
  readonly document: DocumentNode
  readonly operationName?: string | undefined
}

/** Executes operations over one schema, as graphql-js does. */
export type ExecuteOperation = (
  request: ExecutionRequest,
) => ExecutionResult | PromiseLike<ExecutionResult>

/** By the name of the operation; undefined for one that is left to graphql-js. */
type CompiledDocument = Map<string | undefined, CompiledOperation | undefined>

/**
 * Executes every operation in the form that it was compiled to when it was first asked for, which is kept for as long
 * as its document is. Where `graphql-jit` would do the same, it answers differently from graphql-js: a type resolver
 * that throws costs the whole answer, and one that answers later is an error.
 */
export function createCompiledExecutor(schema: GraphQLSchema): ExecuteOperation {
  const documents = new WeakMap<DocumentNode, CompiledDocument>()
  const compiledFor = ({
    document,
    operationName,
  }: ExecutionRequest): CompiledOperation | undefined => {
    const known = documents.get(document)
    if (known?.has(operationName)) return known.get(operationName)
    const compiled = compileOperation(schema, document, operationName)
    if (known) known.set(operationName, compiled)
    else documents.set(document, new Map([[operationName, compiled]]))
    return compiled
  }
  return (request) => {
    const compiled = compiledFor(request)
    return compiled ? compiled(request) : execute({ schema, ...request })
  }
}
