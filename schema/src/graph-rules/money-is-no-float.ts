import { GraphQLFloat, getNamedType } from 'graphql'
import type { GraphRule } from './graph-rule.ts'
import { type SchemaElement, schemaElements } from './schema-elements.ts'

const moneyWords = new Set(
  'amount balance budget charge cost costs discount fee fees money paid pay payment payout price prices refund revenue salary subtotal tax taxes vat'.split(
    ' ',
  ),
)

/** Money is integer minor units with a currency; a `Float` loses cents. */
export const moneyIsNoFloat: GraphRule = ({ api }) =>
  schemaElements(api)
    .filter((element) => isFloat(element) && speaksOfMoney(element.coordinate))
    .map(({ coordinate }) => ({
      coordinate,
      message: 'Money is never a Float: use Money, integer minor units with a currency.',
    }))

function isFloat(element: SchemaElement): boolean {
  switch (element.kind) {
    case 'field':
      return getNamedType(element.field.type) === GraphQLFloat
    case 'argument':
      return getNamedType(element.argument.type) === GraphQLFloat
    case 'inputField':
      return getNamedType(element.inputField.type) === GraphQLFloat
    default:
      return false
  }
}

function speaksOfMoney(coordinate: string): boolean {
  const words = coordinate.split(/(?=[A-Z])|[^A-Za-z]+/)
  return words.some((word) => moneyWords.has(word.toLowerCase()))
}
