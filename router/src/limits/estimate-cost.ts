import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql'
import { type Amount, amountWith, once, product, sum } from './amount.ts'
import type { ListSize } from './cost-directives.ts'
import type { CostModel } from './cost-model.ts'

/**
 * Terminology
 * - Slicing argument: one that says how long a list becomes, such as `first` and `last`.
 */

/** The size that a list has when nothing says it and it has slicing arguments. */
const usualSize = 20
/** Nothing is longer; keeps infinity, which a number in a document can be, out of the sums. */
const largestSize = 2 ** 31

export interface EstimateOptions {
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly schema: GraphQLSchema
  readonly model: CostModel
}

/** What an operation costs at most, with certain variables. */
export interface EstimatedCost {
  readonly cost: number
  /** Fields that must say how much they are asked for, and do not; a sentence for each. */
  readonly complaints: readonly string[]
}

/** Works out the cost for coerced variables; cheap, and at once where no variable matters. */
export type Estimate = (variables: Readonly<Record<string, unknown>>) => EstimatedCost

/**
 * Compiles the estimate of what an operation can cost at most, by the sizes that it asks for: lists within lists
 * multiply. A list of which nothing says the size counts as one object; a schema bounds it in other ways.
 */
export function compileEstimate(options: EstimateOptions): Estimate {
  const { operation, schema, model } = options
  const root = schema.getRootType(operation.operation)
  const base = operation.operation === OperationTypeNode.MUTATION ? model.mutation : 0
  const estimator = new Estimator(options)
  const below = root ? estimator.selections(operation.selectionSet, root, undefined) : 0
  const amount = sum([base, below])
  const { complaints } = estimator
  if (typeof amount === 'number') {
    const estimated = { cost: Math.max(0, amount), complaints }
    return () => estimated
  }
  return (variables) => {
    const evaluation = {
      variables: { ...variables },
      known: new Map(),
      complaints: [...complaints],
    }
    const cost = Math.max(0, amountWith(amount, evaluation))
    return { cost, complaints: evaluation.complaints }
  }
}

/** The fields of an object that are lists of a known size. */
interface SizedFields {
  readonly names: readonly string[]
  readonly size: Amount
}

class Estimator {
  /** Complaints that no variable changes. */
  readonly complaints: string[] = []
  readonly #options: EstimateOptions
  /** Amounts of fragments, by where they are spread; those being estimated count as 0, so that a cycle ends. */
  readonly #fragments = new Map<SizedFields | undefined, Map<string, Amount>>()

  constructor(options: EstimateOptions) {
    this.#options = options
  }

  selections(
    { selections }: SelectionSetNode,
    parent: GraphQLCompositeType,
    sized: SizedFields | undefined,
  ): Amount {
    return sum(selections.map((selection) => this.#selection(selection, parent, sized)))
  }

  #selection(
    selection: SelectionNode,
    parent: GraphQLCompositeType,
    sized: SizedFields | undefined,
  ): Amount {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection, parent, sized)
      case Kind.FRAGMENT_SPREAD:
        return this.#fragment(selection.name.value, sized)
      case Kind.INLINE_FRAGMENT: {
        const type = this.#typeNamed(selection.typeCondition?.name.value) ?? parent
        return this.selections(selection.selectionSet, type, sized)
      }
    }
  }

  #fragment(name: string, sized: SizedFields | undefined): Amount {
    const amounts = this.#fragments.get(sized) ?? new Map<string, Amount>()
    this.#fragments.set(sized, amounts)
    const known = amounts.get(name)
    if (known !== undefined) return known
    amounts.set(name, 0)
    const fragment = this.#options.fragments.get(name)
    const type = this.#typeNamed(fragment?.typeCondition.name.value)
    const amount = fragment && type ? once(this.selections(fragment.selectionSet, type, sized)) : 0
    amounts.set(name, amount)
    return amount
  }

  #field(node: FieldNode, parent: GraphQLCompositeType, sized: SizedFields | undefined): Amount {
    const name = node.name.value
    const definition =
      isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined
    if (!definition) return 0
    const { model } = this.#options
    const coordinate = `${parent.name}.${name}`
    const listSize = model.listSizeOf(parent.name, name)
    const size = this.#size({ node, definition, listSize, coordinate })
    const sizedBelow =
      listSize && listSize.sizedFields.length > 0
        ? { names: listSize.sizedFields, size }
        : undefined
    const type = getNamedType(definition.type)
    const below =
      node.selectionSet && isCompositeType(type)
        ? this.selections(node.selectionSet, type, sizedBelow)
        : 0
    const one = sum([model.weightOf(parent.name, definition), below])
    const count = sized?.names.includes(name) ? sized.size : sizedBelow ? 1 : size
    return sum([product(count, one), this.#arguments(node, definition, coordinate)])
  }

  #arguments(
    { arguments: given = [] }: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    coordinate: string,
  ): Amount {
    const amounts = given.flatMap(({ name, value }) => {
      const argument = definition.args.find((one) => one.name === name.value)
      const weigh =
        argument && this.#options.model.weigherOf(`${coordinate}(${name.value}:)`, argument)
      return weigh ? fromValue(value, weigh) : []
    })
    return sum(amounts)
  }

  #size(field: SizedField): Amount {
    const { node, definition, listSize, coordinate } = field
    const slicing = listSize?.slicingArguments ?? ['first', 'last']
    const sizes = definition.args.filter(({ name }) => slicing.includes(name))
    if (sizes.length === 0) return plainSize(listSize, definition)
    const unsaid = listSize?.assumedSize ?? usualSize
    const isStrict = this.#options.model.isStrict && listSize?.requireOneSlicingArgument === true
    const given = (node.arguments ?? []).filter(({ name }) =>
      sizes.some((size) => size.name === name.value),
    )
    const defaults = sizes
      .filter(({ name }) => !given.some((argument) => argument.name.value === name))
      .map(({ defaultValue }) => defaultValue)
    const sizeWith = (variables: Record<string, unknown>, complaints: string[]): number => {
      const asked = given.map(({ value }) => valueFromASTUntyped(value, variables))
      const said = [...asked, ...defaults].filter((value) => typeof value === 'number')
      if (isStrict && said.length !== 1) {
        complaints.push(`${coordinate} needs one of ${slicing.join(', ')}, and has ${said.length}.`)
      }
      return Math.min(largestSize, Math.max(1, said.length > 0 ? Math.max(...said) : unsaid))
    }
    if (!given.some(({ value }) => hasVariable(value))) return sizeWith({}, this.complaints)
    return ({ variables, complaints }) => sizeWith(variables, complaints)
  }

  #typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#options.schema.getType(name)
    return isCompositeType(type) ? type : undefined
  }
}

interface SizedField {
  readonly node: FieldNode
  readonly definition: GraphQLField<unknown, unknown>
  readonly listSize: ListSize | undefined
  readonly coordinate: string
}

/** The size of a field that takes no slicing argument. */
function plainSize(
  listSize: ListSize | undefined,
  { type }: GraphQLField<unknown, unknown>,
): number {
  const isSized = isListType(getNullableType(type)) || (listSize?.sizedFields.length ?? 0) > 0
  return isSized ? (listSize?.assumedSize ?? 1) : 1
}

function fromValue(value: ValueNode, weigh: (value: unknown) => number): Amount {
  if (!hasVariable(value)) return weigh(valueFromASTUntyped(value))
  return ({ variables }) => weigh(valueFromASTUntyped(value, variables))
}

function hasVariable(value: ValueNode): boolean {
  let found = false
  visit(value, {
    Variable() {
      found = true
    },
  })
  return found
}
