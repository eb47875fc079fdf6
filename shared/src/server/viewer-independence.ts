import {
  type DirectiveNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
} from 'graphql'

const directive = 'viewerIndependent'

/**
 * The coordinates (`Type.field`) whose values do not depend on who asks, by `@viewerIndependent` of the subgraphs' SDL: on
 * a field, or on an object for all its fields in that subgraph. A field counts only when every subgraph that resolves it
 * says so; key fields always count, because an id is the same for everybody.
 */
export function viewerIndependentFields(sdls: readonly string[]): ReadonlySet<string> {
  const independent = new Set<string>()
  const dependent = new Set<string>()
  for (const type of sdls.flatMap(objectTypes)) {
    const keys = keyFields(type.directives ?? [])
    const whole = isMarked(type.directives)
    for (const field of type.fields ?? []) {
      if (isExternal(field)) continue
      const marked = whole || isMarked(field.directives) || keys.has(field.name.value)
      const coordinate = `${type.name.value}.${field.name.value}`
      if (marked) independent.add(coordinate)
      else dependent.add(coordinate)
    }
  }
  return independent.difference(dependent)
}

function objectTypes(sdl: string): (ObjectTypeDefinitionNode | ObjectTypeExtensionNode)[] {
  return parse(sdl, { noLocation: true }).definitions.filter(
    (definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.OBJECT_TYPE_EXTENSION,
  )
}

function isMarked(directives: readonly DirectiveNode[] = []): boolean {
  return directives.some(({ name }) => name.value === directive)
}

function isExternal({ directives = [] }: FieldDefinitionNode): boolean {
  return directives.some(({ name }) => /^(federation__)?external$/.test(name.value))
}

function keyFields(directives: readonly DirectiveNode[]): Set<string> {
  const names = new Set<string>()
  for (const { name, arguments: args = [] } of directives) {
    if (!/^(federation__)?key$/.test(name.value)) continue
    const fields = args.find((argument) => argument.name.value === 'fields')?.value
    if (fields?.kind !== Kind.STRING) continue
    for (const word of fields.value.match(/\w+/g) ?? []) names.add(word)
  }
  return names
}
