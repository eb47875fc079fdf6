import type { DocumentNode, GraphQLError } from 'graphql'
import type { DocumentLimits } from './document-limits.ts'
import { createLimitError } from './limit-error.ts'
import { measureOperations, type OperationSize } from './measure-operation.ts'

const sentences: Readonly<Record<keyof OperationSize, string>> = {
  nesting: 'nests {} levels deep',
  depth: 'selects fields {} levels deep',
  rootFields: 'selects {} root fields',
  aliases: 'has {} aliases',
  fields: 'selects {} fields',
  directives: 'has {} directives',
  repeats: 'selects one field {} times side by side',
  spreads: 'spreads {} fragments side by side',
}

/**
 * The limits that a parsed document exceeds, one error each for its largest operation; empty when it may go on.
 * To be asked before validation, whose rules are not all linear. Cyclic and unknown fragments are left to validation.
 */
export function checkDocumentLimits(
  document: DocumentNode,
  limits: DocumentLimits,
): readonly GraphQLError[] {
  const operations = measureOperations(document)
  const errors: GraphQLError[] = []
  for (const limit of limitNames) {
    const actual = operations.reduce((largest, size) => Math.max(largest, size[limit]), 0)
    const maximum = limits[limit]
    if (actual > maximum) {
      errors.push(createLimitError({ limit, maximum, actual, sentence: sentences[limit] }))
    }
  }
  return errors
}

const limitNames = [
  'nesting',
  'depth',
  'rootFields',
  'aliases',
  'fields',
  'directives',
  'repeats',
  'spreads',
] as const
