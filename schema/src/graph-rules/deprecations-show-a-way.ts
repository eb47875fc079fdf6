import { DEFAULT_DEPRECATION_REASON } from 'graphql'
import type { GraphRule } from './graph-rule.ts'
import { type SchemaElement, schemaElements } from './schema-elements.ts'

/** Who meets `@deprecated` is told what to use instead. */
export const deprecationsShowAWay: GraphRule = ({ api }) =>
  schemaElements(api)
    .filter((element) => {
      const reason = reasonOf(element)?.trim()
      return reason === '' || reason === DEFAULT_DEPRECATION_REASON
    })
    .map(({ coordinate }) => ({
      coordinate,
      message: 'A deprecation gives a reason: name what to use instead.',
    }))

function reasonOf(element: SchemaElement): string | null | undefined {
  switch (element.kind) {
    case 'type':
      return undefined
    case 'field':
      return element.field.deprecationReason
    case 'argument':
      return element.argument.deprecationReason
    case 'inputField':
      return element.inputField.deprecationReason
    case 'enumValue':
      return element.value.deprecationReason
  }
}
