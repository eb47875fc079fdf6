import { isInputObjectType } from 'graphql'
import type { GraphRule } from './graph-rule.ts'
import { type SchemaElement, schemaElements } from './schema-elements.ts'

const pascalCase = /^[A-Z][A-Za-z0-9]*$/
const camelCase = /^[a-z][A-Za-z0-9]*$/
const upperSnakeCase = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/

/** Types are PascalCase, fields and arguments camelCase, enum values UPPER_SNAKE; inputs end in `Input`. */
export const namesFollowTheConvention: GraphRule = ({ api }) =>
  schemaElements(api).flatMap((element) => {
    const message = mistakeOf(element)
    return message === undefined ? [] : [{ coordinate: element.coordinate, message }]
  })

function mistakeOf(element: SchemaElement): string | undefined {
  switch (element.kind) {
    case 'type':
      if (!pascalCase.test(element.type.name)) return 'A type is named in PascalCase.'
      if (isInputObjectType(element.type) && !element.type.name.endsWith('Input')) {
        return 'The name of an input type ends in `Input`.'
      }
      return undefined
    case 'field':
      return camelCase.test(element.field.name) ? undefined : 'A field is named in camelCase.'
    case 'argument':
      return camelCase.test(element.argument.name)
        ? undefined
        : 'An argument is named in camelCase.'
    case 'inputField':
      return camelCase.test(element.inputField.name) ? undefined : 'A field is named in camelCase.'
    case 'enumValue':
      return upperSnakeCase.test(element.value.name)
        ? undefined
        : 'An enum value is named in UPPER_SNAKE_CASE.'
  }
}
