import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql'

/** What selections may refer to. */
export interface Surroundings {
  readonly schema: GraphQLSchema
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
}

/**
 * The fields that selection sets select on an object type, by response name and in order (specification, section
 * 6.3.2). Conditions must be literals; see `hasVariableConditions`.
 */
export function collectFields(
  surroundings: Surroundings,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): ReadonlyMap<string, FieldNode[]> {
  const collector = new FieldCollector(surroundings, type)
  for (const selectionSet of selectionSets) collector.collect(selectionSet)
  return collector.fields
}

class FieldCollector {
  readonly fields = new Map<string, FieldNode[]>()
  readonly #surroundings: Surroundings
  readonly #type: GraphQLObjectType
  readonly #visited = new Set<string>()

  constructor(surroundings: Surroundings, type: GraphQLObjectType) {
    this.#surroundings = surroundings
    this.#type = type
  }

  collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (isIncluded(selection.directives)) this.#add(selection)
    }
  }

  #add(selection: SelectionNode): void {
    switch (selection.kind) {
      case Kind.FIELD:
        this.#addField(selection)
        break
      case Kind.INLINE_FRAGMENT:
        if (this.#applies(selection.typeCondition)) this.collect(selection.selectionSet)
        break
      case Kind.FRAGMENT_SPREAD:
        this.#addFragment(selection.name.value)
        break
    }
  }

  #addField(node: FieldNode): void {
    const name = (node.alias ?? node.name).value
    const nodes = this.fields.get(name)
    if (nodes) nodes.push(node)
    else this.fields.set(name, [node])
  }

  #addFragment(name: string): void {
    if (this.#visited.has(name)) return
    this.#visited.add(name)
    const fragment = this.#surroundings.fragments[name]
    if (fragment && this.#applies(fragment.typeCondition)) this.collect(fragment.selectionSet)
  }

  #applies(condition: NamedTypeNode | undefined): boolean {
    if (!condition || condition.name.value === this.#type.name) return true
    const { schema } = this.#surroundings
    const conditionType = schema.getType(condition.name.value)
    return isAbstractType(conditionType) && schema.isSubType(conditionType, this.#type)
  }
}

/** True when a variable decides what a document selects. */
export function hasVariableConditions(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Directive(directive) {
      if (conditionOf(directive)?.kind === Kind.VARIABLE) found = true
    },
  })
  return found
}

function isIncluded(directives: readonly DirectiveNode[] = []): boolean {
  return directives.every((directive) => {
    const condition = conditionOf(directive)
    if (condition?.kind !== Kind.BOOLEAN) return true
    return condition.value === (directive.name.value === 'include')
  })
}

function conditionOf({ name, arguments: given = [] }: DirectiveNode) {
  if (name.value !== 'skip' && name.value !== 'include') return undefined
  return given.find((argument) => argument.name.value === 'if')?.value
}
