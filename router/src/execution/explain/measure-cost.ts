import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'
import type { CostModel } from '../../limits/cost-model.ts'
import type { ProjectedField, ProjectedSelection, ProjectedType } from '../projection.ts'
import { isResponseObject, type ResponseObject } from '../response-tree.ts'

export interface MeasureOptions {
  readonly schema: GraphQLSchema
  readonly model: CostModel
}

/**
 * What an answer costs that is there: the weights of the values that the client gets, each item of a list by itself. What
 * was handed over by arguments counts in the estimate alone.
 */
export function measureCost(
  selection: ProjectedSelection,
  root: ResponseObject,
  options: MeasureOptions,
): number {
  return new CostMeter(options).selection(selection, root)
}

class CostMeter {
  readonly #options: MeasureOptions
  readonly #weights = new Map<string, number>()

  constructor(options: MeasureOptions) {
    this.#options = options
  }

  selection(selection: ProjectedSelection, source: ResponseObject): number {
    const typename = source['__typename']
    const fields = selection.fieldsFor(typeof typename === 'string' ? typename : undefined) ?? []
    let cost = 0
    for (const field of fields) {
      if (field.kind === 'value') {
        cost += this.#value(field.type, source[field.source], this.#weightOf(field))
      }
    }
    return cost
  }

  #value(type: ProjectedType, value: unknown, weight: number): number {
    if (value === null || value === undefined) return 0
    switch (type.kind) {
      case 'leaf':
        return weight
      case 'list': {
        const items: readonly unknown[] = Array.isArray(value) ? value : []
        return items.reduce<number>((sum, item) => sum + this.#value(type.item, item, weight), 0)
      }
      case 'object':
      case 'deferring':
        return isResponseObject(value) ? weight + this.selection(type.selection, value) : 0
    }
  }

  #weightOf({ coordinate }: ProjectedField): number {
    const known = this.#weights.get(coordinate)
    if (known !== undefined) return known
    const [typeName = '', fieldName = ''] = coordinate.split('.')
    const type = this.#options.schema.getType(typeName)
    const field =
      isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined
    const weight = field ? this.#options.model.weightOf(typeName, field) : 0
    this.#weights.set(coordinate, weight)
    return weight
  }
}
