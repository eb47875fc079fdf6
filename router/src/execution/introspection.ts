import {
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import type { ParsedRequest } from '../planning/parse-request.ts'

/** Answers the introspection fields of an operation: JSON text by response name. */
export type Introspection = (
  variables: Readonly<Record<string, unknown>>,
) => ReadonlyMap<string, string>

const answersKept = 4
const nothing: ReadonlyMap<string, string> = new Map()

/**
 * Compiles what an operation asks of the schema itself. graphql-js answers over the API schema, once for equal
 * variables.
 */
export function compileIntrospection(request: ParsedRequest, schema: GraphQLSchema): Introspection {
  const selections = introspectionSelections(request.operation.selectionSet, request)
  if (selections.length === 0) return () => nothing
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...request.operation, selectionSet: { kind: Kind.SELECTION_SET, selections } },
      ...request.fragments.values(),
    ],
  }
  const answers = new LRUCache<string, ReadonlyMap<string, string>>({ max: answersKept })
  return (variables) => {
    const key = JSON.stringify(variables)
    const known = answers.get(key)
    if (known) return known
    const { data } = executeSync({ schema, document, variableValues: { ...variables } })
    const answer = new Map(
      Object.entries(data ?? {}).map(([name, value]) => [name, JSON.stringify(value)]),
    )
    answers.set(key, answer)
    return answer
  }
}

/** The introspection fields of the query type, fragments dissolved so that nothing else of them comes along. */
function introspectionSelections(
  { selections }: SelectionSetNode,
  request: ParsedRequest,
): SelectionNode[] {
  return selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      const { value } = selection.name
      return value === '__schema' || value === '__type' ? [selection] : []
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : request.fragments.get(selection.name.value)
    const inner = fragment ? introspectionSelections(fragment.selectionSet, request) : []
    if (inner.length === 0) return []
    const { directives = [] } = selection
    const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: inner }
    return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet }]
  })
}
