import { type ASTNode, Kind, type Location, parse } from 'graphql'

/**
 * The schema coordinate of a node that was parsed with locations: `Type`, `Type.field` or `Type.field(argument:)`.
 * Undefined when the node stands outside every type.
 */
export function coordinateOf(node: ASTNode): string | undefined {
  if (!node.loc) return undefined
  const at = node.loc
  const type = parse(at.source).definitions.find((definition) => contains(definition.loc, at))
  if (!type || !('name' in type) || !type.name) return undefined
  const fields = 'fields' in type ? (type.fields ?? []) : []
  const values = 'values' in type ? (type.values ?? []) : []
  const member = [...fields, ...values].find((candidate) => contains(candidate.loc, at))
  if (!member) return type.name.value
  const coordinate = `${type.name.value}.${member.name.value}`
  if (member.kind !== Kind.FIELD_DEFINITION) return coordinate
  const argument = member.arguments?.find((candidate) => contains(candidate.loc, at))
  return argument ? `${coordinate}(${argument.name.value}:)` : coordinate
}

function contains(outer: Location | undefined, inner: Location): boolean {
  return outer !== undefined && outer.start <= inner.start && inner.end <= outer.end
}
