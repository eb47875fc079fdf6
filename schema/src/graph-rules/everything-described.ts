import { isInterfaceType, isObjectType } from 'graphql'
import type { GraphRule } from './graph-rule.ts'
import { type SchemaElement, schemaElements } from './schema-elements.ts'

/**
 * Every type, field, argument and enum value has a description: it is the documentation that people read in the
 * explorer. Root types are GraphQL's own, the `input` of a mutation is described by its type, and a field that an
 * interface describes need not say it again.
 */
export const everythingDescribed: GraphRule = ({ api }) => {
  const roots = new Set([api.getQueryType(), api.getMutationType(), api.getSubscriptionType()])
  return schemaElements(api)
    .filter((element) => !descriptionOf(element))
    .filter(
      (element) =>
        !(element.kind === 'type' && isObjectType(element.type) && roots.has(element.type)),
    )
    .filter((element) => !isDescribedElsewhere(element, api.getMutationType()?.name))
    .map(({ coordinate }) => ({
      coordinate,
      message: 'It has no description: say in a sentence what it is for a reader of the explorer.',
    }))
}

function descriptionOf(element: SchemaElement): string | null | undefined {
  switch (element.kind) {
    case 'type':
      return element.type.description
    case 'field':
      return element.field.description
    case 'argument':
      return element.argument.description
    case 'inputField':
      return element.inputField.description
    case 'enumValue':
      return element.value.description
  }
}

function isDescribedElsewhere(element: SchemaElement, mutationType: string | undefined): boolean {
  if (element.kind === 'argument') {
    return element.parent.name === mutationType && element.argument.name === 'input'
  }
  if (element.kind !== 'field') return false
  const { parent, field } = element
  if (!isObjectType(parent) && !isInterfaceType(parent)) return false
  return parent.getInterfaces().some((face) => Boolean(face.getFields()[field.name]?.description))
}
