import type { ConstDirectiveNode, FieldDefinitionNode, SelectionSetNode } from 'graphql'
import type { Definitions } from './definitions.ts'
import { parseFieldset } from './fieldset.ts'
import { joinsOf, joinText } from './join-directives.ts'

/** A field that a subgraph computes from what others know (`@requires`). */
export interface ComputedField {
  readonly type: string
  readonly field: FieldDefinitionNode
  /** The enum value of the subgraph. */
  readonly graph: string
  readonly join: ConstDirectiveNode
  readonly requires: SelectionSetNode
  /** Every field in its requirement, as `Type.field`. */
  readonly required: ReadonlySet<string>
  /** Whether other fields are computed from it. */
  readonly isRequired: boolean
}

/** The computed fields of a supergraph. */
export function computedFields(definitions: Definitions): ComputedField[] {
  const computed = definitions.outputFields().flatMap(({ type, field }) =>
    joinsOf(field, 'join__field').flatMap((join) => {
      const graph = joinText(join, 'graph')
      const requires = joinText(join, 'requires')
      if (graph === undefined || requires === undefined) return []
      const selectionSet = parseFieldset(requires)
      const required = definitions.coordinatesIn(selectionSet, type)
      return [{ type, field, graph, join, requires: selectionSet, required }]
    }),
  )
  const required = new Set(computed.flatMap((one) => [...one.required]))
  return computed.map((one) => ({
    ...one,
    isRequired: required.has(`${one.type}.${one.field.name.value}`),
  }))
}
