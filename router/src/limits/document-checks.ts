import { NoSchemaIntrospectionCustomRule, validate } from 'graphql'
import type { DocumentRule, ParseOptions } from '../planning/parse-request.ts'
import { checkDocumentLimits } from './check-document-limits.ts'
import type { DocumentLimits } from './document-limits.ts'
import { parseWithinLimits } from './parse-within-limits.ts'

export interface DocumentChecksOptions {
  readonly documentLimits: DocumentLimits
  /** How many objects an answer may have, by the pages that the document asks for; see `compileEstimate`. */
  readonly maximumNodes: number
  /** Whether clients may introspect the schema. */
  readonly introspection: boolean
}

/** How a graph reads the documents of strangers: within the limits, and without introspection where that is off. */
export function documentChecks({
  documentLimits,
  maximumNodes,
  introspection,
}: DocumentChecksOptions): Omit<Required<ParseOptions>, 'observePreparation'> {
  const withinLimits: DocumentRule = (document) =>
    checkDocumentLimits(document, documentLimits).map((error) => error.toJSON())
  const withoutIntrospection: DocumentRule = (document, schema) =>
    validate(schema, document, [NoSchemaIntrospectionCustomRule]).map(({ message }) => ({
      message,
    }))
  return {
    parse: (text) => parseWithinLimits(text, documentLimits),
    maximumNodes,
    hidesSuggestions: !introspection,
    rules: [withinLimits, ...(introspection ? [] : [withoutIntrospection])],
  }
}
