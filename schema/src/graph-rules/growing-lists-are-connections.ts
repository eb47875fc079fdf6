import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql'
import type { GraphRule } from './graph-rule.ts'
import { schemaElements } from './schema-elements.ts'

/**
 * A list of objects is a Relay connection, because lists grow. One that cannot grow says so with
 * `@listSize(assumedSize: …)`, which the cost of a query is counted from as well.
 */
export const growingListsAreConnections: GraphRule = ({ api, boundedLists }) =>
  schemaElements(api).flatMap((element) => {
    if (element.kind === 'type') return connectionMistakes(element.type)
    if (element.kind !== 'field') return []
    const { coordinate, parent, field } = element
    if (isConnection(getNamedType(field.type))) return pagingMistakes(coordinate, field)
    const grows = isListOfObjects(field.type) && !isConnection(parent)
    if (!grows || boundedLists.has(coordinate)) return []
    const message =
      'A list of objects is a connection; if it cannot grow, bound it with @listSize(assumedSize: …).'
    return [{ coordinate, message }]
  })

function connectionMistakes(type: GraphQLNamedType): ReturnType<GraphRule> {
  if (!isConnection(type) || !isObjectType(type)) return []
  const { edges, pageInfo } = type.getFields()
  const node = type.name.slice(0, -'Connection'.length)
  const isRight =
    String(edges?.type) === `[${node}Edge!]!` && String(pageInfo?.type) === 'PageInfo!'
  if (isRight) return []
  const message = `A connection has \`edges: [${node}Edge!]!\` and \`pageInfo: PageInfo!\`.`
  return [{ coordinate: type.name, message }]
}

function pagingMistakes(
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
): ReturnType<GraphRule> {
  const names = new Set(field.args.map((argument) => argument.name))
  const pages =
    (names.has('first') && names.has('after')) || (names.has('last') && names.has('before'))
  if (pages) return []
  const message = 'A connection is paged with `first` and `after`, or with `last` and `before`.'
  return [{ coordinate, message }]
}

function isConnection(type: GraphQLNamedType): boolean {
  return isObjectType(type) && type.name.endsWith('Connection')
}

function isListOfObjects(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type)) && isCompositeType(getNamedType(type))
}
