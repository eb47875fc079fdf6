import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { type DocumentNode, Kind, type OperationTypeNode, print } from 'graphql'

/** A document of this package, of `codegen`, or of any tool that makes a `TypedDocumentNode`. */
export type ClientDocument<Data, Variables> = TypedDocumentNode<Data, Variables>

/** What goes over the wire for one operation. */
export interface GraphQLRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

/** The parts of a document that every request needs. */
export interface PrintedDocument {
  readonly query: string
  readonly operationName: string | undefined
  readonly operation: OperationTypeNode
}

/** Prints documents, each only once. Throws a TypeError for a document without exactly one operation. */
export function createDocumentPrinter(): (document: DocumentNode) => PrintedDocument {
  const printed = new WeakMap<DocumentNode, PrintedDocument>()
  return (document) => {
    const known = printed.get(document)
    if (known) return known
    const operations = document.definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    )
    const [only, another] = operations
    if (!only || another) {
      throw new TypeError(`A document has one operation; this one has ${operations.length}.`)
    }
    const result = {
      query: print(document),
      operationName: only.name?.value,
      operation: only.operation,
    }
    printed.set(document, result)
    return result
  }
}

/** The request for a document with its variables, as it goes over the wire. */
export function requestOf(printed: PrintedDocument, variables: unknown): GraphQLRequest {
  const { query, operationName } = printed
  return { query, operationName, variables: { ...(variables ?? {}) } }
}

/** The data of an answer, with the type that its document promises. */
export function dataOf<Data, Variables>(
  _document: ClientDocument<Data, Variables>,
  data: unknown,
): Data {
  // The type was generated from the same document that the graph has validated and answered.
  return data as Data
}

/** The variables of a call; none when they were left out. */
export function variablesOf<Variables>(variables: Variables | undefined): Variables {
  // Only an operation without required variables can be called without any (`VariablesAndOptions`).
  return variables ?? ({} as Variables)
}
