import { type FieldNode, Kind, type SelectionSetNode, valueFromASTUntyped } from 'graphql'
import { isResponseObject, type ResponseObject } from '../execution/response-tree.ts'
import type { SubgraphRequest } from '../subgraphs/subgraph-client.ts'
import type { FoundEntity } from './entity-request.ts'
import type { TagRules } from './tag-rules.ts'

/** Adds the tags of a subgraph's answer to root fields: those of the fields, and of every entity in it that shows its key. */
export function collectTags(
  { operation, variables }: SubgraphRequest,
  data: ResponseObject,
  { rules, tags }: { readonly rules: TagRules; readonly tags: Set<string> },
): void {
  const walk = new TagWalk(rules, tags)
  for (const definition of operation.document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    for (const field of fieldsOf(definition.selectionSet)) {
      for (const tag of rules.rootTags(field.name.value, argumentsOf(field, variables))) {
        tags.add(tag)
      }
    }
    walk.fields(data, definition.selectionSet, 'Query')
  }
}

/** Adds the tags of one entity: what its representation says, and every entity in the answer that shows its key. */
export function collectEntityTags(
  { list, representation, entity }: FoundEntity,
  { rules, tags }: { readonly rules: TagRules; readonly tags: Set<string> },
): void {
  // The router itself has written the representation.
  const fields: unknown = JSON.parse(representation)
  if (!isResponseObject(fields)) return
  const { __typename: typename } = fields
  if (typeof typename !== 'string') return
  for (const tag of rules.entityTags(typename, fields)) tags.add(tag)
  new TagWalk(rules, tags).object(entity, list.selectionSet, typename)
}

class TagWalk {
  readonly #rules: TagRules
  readonly #tags: Set<string>

  constructor(rules: TagRules, tags: Set<string>) {
    this.#rules = rules
    this.#tags = tags
  }

  fields(object: ResponseObject, { selections }: SelectionSetNode, typename: string): void {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value
        this.fields(object, selection.selectionSet, condition ?? typename)
      } else if (selection.kind === Kind.FIELD && selection.selectionSet) {
        const returned = this.#rules.returnedType(typename, selection.name.value)
        const value = object[selection.alias?.value ?? selection.name.value]
        if (returned !== undefined) this.#value(value, selection.selectionSet, returned)
      }
    }
  }

  object(object: ResponseObject, selectionSet: SelectionSetNode, declared: string): void {
    const { __typename: said } = object
    const typename = typeof said === 'string' ? said : declared
    for (const tag of this.#rules.entityTags(typename, object)) this.#tags.add(tag)
    this.fields(object, selectionSet, typename)
  }

  #value(value: unknown, selectionSet: SelectionSetNode, declared: string): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#value(item, selectionSet, declared)
    } else if (isResponseObject(value)) {
      this.object(value, selectionSet, declared)
    }
  }
}

function fieldsOf({ selections }: SelectionSetNode): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection]
    return selection.kind === Kind.INLINE_FRAGMENT ? fieldsOf(selection.selectionSet) : []
  })
}

function argumentsOf(
  { arguments: given = [] }: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, { ...variables })]),
  )
}
