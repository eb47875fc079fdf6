import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner'
import type { TypeRelations } from '../supergraph/supergraph.ts'
import { stringText, valueText } from './json-text.ts'
import { isResponseObject, type ResponseObject } from './response-tree.ts'
import { fragmentCondition } from './rewrites.ts'

/** Writes what a subgraph needs to find an entity, as the plan's `requires` says. */
export interface RepresentationWriter {
  /** How entities of the same type as this one are represented. */
  shapeFor(entity: ResponseObject): RepresentationShape
}

/** How the entities of one type are represented. */
export interface RepresentationShape {
  /**
   * The representation as JSON text, equal for equal entities; undefined when the entity does not have all that is
   * required, because the fetch that should have brought it failed.
   */
  write(entity: ResponseObject): string | undefined
  /** The field that tells the entities of the type apart, when a single leaf does: equal values, equal representations. */
  readonly key: string | undefined
}

interface WrittenField {
  /** `{"name":` for the first field, `,"name":` for the others. */
  readonly prefix: string
  readonly source: string
  /** What the plan says to send instead of the entity's own value. */
  readonly constant: string | undefined
  readonly nested: RepresentationWriter | undefined
}

interface CollectedField {
  readonly source: string
  name: string
  constant: string | undefined
  readonly selections: QueryPlanSelectionNode[]
  readonly rewrites: FetchDataRewrite[]
}

/** What a representation consists of, in the planner's words. */
export interface RepresentationPlan {
  readonly selections: readonly QueryPlanSelectionNode[]
  /** Paths are relative to the selections. */
  readonly rewrites: readonly FetchDataRewrite[]
}

/** Compiles a writer; what depends on an entity's type is worked out when the type is first met. */
export function compileRepresentation(
  plan: RepresentationPlan,
  types: TypeRelations,
): RepresentationWriter {
  const shapes = new Map<string | undefined, RepresentationShape>()
  const shapeOf = (typename: string | undefined): RepresentationShape => {
    const known = shapes.get(typename)
    if (known) return known
    const shape = compileShape(collectFields(plan, typename, types), types)
    // A subgraph may invent type names without end; only those of the schema are remembered.
    if (typename === undefined || types.satisfies(typename, typename)) shapes.set(typename, shape)
    return shape
  }
  return {
    shapeFor(entity) {
      const typename = entity['__typename']
      return shapeOf(typeof typename === 'string' ? typename : undefined)
    },
  }
}

function compileShape(
  collected: Iterable<CollectedField>,
  types: TypeRelations,
): RepresentationShape {
  const fields = compileFields(collected, types)
  // Entities of one shape have one type name.
  const telling = fields.filter(
    ({ constant, source }) => constant === undefined && source !== '__typename',
  )
  const [first] = telling
  return {
    key: telling.length === 1 && !first?.nested ? first?.source : undefined,
    write(entity) {
      let text = ''
      for (const field of fields) {
        const value = field.constant ?? fieldText(field, entity[field.source])
        if (value === undefined) return undefined
        text += field.prefix + value
      }
      return text === '' ? '{}' : `${text}}`
    },
  }
}

function fieldText({ nested }: WrittenField, value: unknown): string | undefined {
  return nested ? nestedText(nested, value) : valueText(value)
}

function nestedText(writer: RepresentationWriter, value: unknown): string | undefined {
  if (value === null) return 'null'
  if (isResponseObject(value)) return writer.shapeFor(value).write(value)
  if (!Array.isArray(value)) return undefined
  let text = ''
  for (const item of value) {
    const itemText = nestedText(writer, item)
    if (itemText === undefined) return undefined
    text += text === '' ? itemText : `,${itemText}`
  }
  return `[${text}]`
}

function compileFields(
  collected: Iterable<CollectedField>,
  types: TypeRelations,
): readonly WrittenField[] {
  return [...collected].map((field, index) => ({
    prefix: `${index === 0 ? '{' : ','}${stringText(field.name)}:`,
    source: field.source,
    constant: field.constant,
    nested:
      field.selections.length > 0
        ? compileRepresentation({ selections: field.selections, rewrites: field.rewrites }, types)
        : undefined,
  }))
}

function collectFields(
  plan: RepresentationPlan,
  typename: string | undefined,
  types: TypeRelations,
): Iterable<CollectedField> {
  const fields = new Map<string, CollectedField>()
  const fieldFor = (source: string): CollectedField => {
    const known = fields.get(source)
    if (known) return known
    const field = { source, name: source, constant: undefined, selections: [], rewrites: [] }
    fields.set(source, field)
    return field
  }
  const collect = (selections: readonly QueryPlanSelectionNode[]): void => {
    for (const selection of selections) {
      if (selection.kind === 'Field') {
        const field = fieldFor(selection.alias ?? selection.name)
        field.selections.push(...(selection.selections ?? []))
      } else if (selectsType(selection.typeCondition, typename, types)) {
        collect(selection.selections)
      }
    }
  }
  collect(plan.selections)
  for (const rewrite of plan.rewrites) {
    const path = withoutConditions(rewrite.path, typename, types)
    const [head, ...rest] = path ?? []
    // What is not selected on this type is not rewritten either: the object is not meant for the subgraph.
    const field = head === undefined ? undefined : fields.get(head)
    if (field && rest.length > 0) field.rewrites.push({ ...rewrite, path: rest })
    else if (field) applyRewrite(rewrite, field)
  }
  return fields.values()
}

function applyRewrite(rewrite: FetchDataRewrite, field: CollectedField): void {
  if (rewrite.kind === 'KeyRenamer') field.name = rewrite.renameKeyTo
  else field.constant = JSON.stringify(rewrite.setValueTo)
}

function selectsType(
  condition: string | undefined,
  typename: string | undefined,
  types: TypeRelations,
): boolean {
  if (condition === undefined) return true
  return typename !== undefined && types.satisfies(typename, condition)
}

/** The path without its leading type conditions; undefined when an object of the type does not pass them. */
function withoutConditions(
  path: readonly string[],
  typename: string | undefined,
  types: TypeRelations,
): readonly string[] | undefined {
  for (const [index, element] of path.entries()) {
    const condition = fragmentCondition(element)
    if (condition === undefined) return path.slice(index)
    if (typename !== undefined && !types.satisfies(typename, condition)) return undefined
  }
  return undefined
}
