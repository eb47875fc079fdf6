import {
  baseType,
  type FieldDefinition,
  type InterfaceType,
  isInterfaceType,
  isObjectType,
  type ObjectType,
  type Subgraph,
  type Supergraph,
} from '@apollo/federation-internals'
import type { QueryPlan } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql'
import { parseFieldset } from '../supergraph/fieldset.ts'
import { fetchesOf } from './plan-fetches.ts'

/** Refuses plans that ask a subgraph for what only others know, or for what is computed from it. Throws. */
export type RequireAnswerable = (plan: QueryPlan) => void

type Field = FieldDefinition<ObjectType | InterfaceType>

/**
 * Knows the subgraphs of a supergraph. The planner takes a field for one that it can ask a subgraph for when the subgraph
 * mentions it (`@external`), and asks for computed fields where the subgraph cannot know what they are computed from.
 */
export function createAnswerability(federated: Supergraph): RequireAnswerable {
  const keys = new Map<string, ReadonlySet<string>>()
  const keysOf = (subgraph: Subgraph): ReadonlySet<string> => {
    const known = keys.get(subgraph.name) ?? keyNames(subgraph)
    keys.set(subgraph.name, known)
    return known
  }
  return (plan) => {
    for (const { serviceName, operationDocumentNode } of fetchesOf(plan.node)) {
      const subgraph = federated.subgraphs().get(serviceName)
      const [definition] = operationDocumentNode?.definitions ?? []
      if (!subgraph || definition?.kind !== Kind.OPERATION_DEFINITION) continue
      const root = subgraph.schema.schemaDefinition.rootType(definition.operation)
      const search = new ExternalSearch(subgraph, keysOf(subgraph))
      const place = { type: root?.name, isOnEntity: false }
      if (!search.finds(definition.selectionSet, place)) continue
      const message = 'The operation selects a field whose requirements cannot be planned.'
      throw new GravityError('BAD_USER_INPUT', message)
    }
  }
}

interface Place {
  readonly type: string | undefined
  /** Whether the selection is on the entities of the request, which come with what their fields require. */
  readonly isOnEntity: boolean
}

class ExternalSearch {
  readonly #subgraph: Subgraph
  readonly #keys: ReadonlySet<string>

  constructor(subgraph: Subgraph, keys: ReadonlySet<string>) {
    this.#subgraph = subgraph
    this.#keys = keys
  }

  finds({ selections }: SelectionSetNode, place: Place): boolean {
    return selections.some((selection) => this.#isFound(selection, place))
  }

  #isFound(selection: SelectionNode, place: Place): boolean {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return false
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition?.name.value ?? place.type
      return this.finds(selection.selectionSet, { ...place, type })
    }
    const name = selection.name.value
    const field = this.#fieldOf(place.type, name)
    if (field && (this.#isExternal(field) || (!place.isOnEntity && this.#lacks(field)))) return true
    if (!selection.selectionSet) return false
    const type = field?.type && baseType(field.type).name
    return this.finds(selection.selectionSet, { type, isOnEntity: name === '_entities' })
  }

  #fieldOf(typeName: string | undefined, name: string): Field | undefined {
    const type = typeName === undefined ? undefined : this.#subgraph.schema.type(typeName)
    return type && (isObjectType(type) || isInterfaceType(type)) ? type.field(name) : undefined
  }

  /** A subgraph knows its keys even where it says that they are others'. */
  #isExternal(field: Field): boolean {
    return !this.#keys.has(field.name) && this.#subgraph.metadata().isFieldFullyExternal(field)
  }

  /** Whether the field is computed from what the subgraph gets to know on entities only. */
  #lacks(field: Field): boolean {
    const directive = this.#subgraph.metadata().requiresDirective()
    return field.appliedDirectivesOf(directive).some((requires) => {
      const { selections } = parseFieldset(String(requires.arguments().fields))
      return selections.some((selection) => {
        if (selection.kind !== Kind.FIELD) return false
        const required = this.#fieldOf(field.parent.name, selection.name.value)
        return required !== undefined && this.#isExternal(required)
      })
    })
  }
}

/** The names of all fields in a subgraph's keys. */
function keyNames(subgraph: Subgraph): ReadonlySet<string> {
  const names = new Set<string>()
  for (const type of subgraph.schema.types()) {
    for (const key of type.appliedDirectivesOf(subgraph.metadata().keyDirective())) {
      const selectionSet = parseFieldset(String(key.arguments().fields))
      visit(selectionSet, { Field: ({ name }) => void names.add(name.value) })
    }
  }
  return names
}
