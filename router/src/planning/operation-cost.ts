import { type GraphQLSchema, OperationTypeNode, valueFromASTUntyped } from 'graphql'
import type { CostDirectives } from '../limits/cost-directives.ts'
import { type CostModel, costModel, nodeModel } from '../limits/cost-model.ts'
import { compileEstimate, type Estimate, type EstimatedCost } from '../limits/estimate-cost.ts'
import type { ParsedRequest } from './parse-request.ts'

/** What the operations of a supergraph are measured by. */
export interface CostModels {
  readonly nodes: CostModel
  readonly cost: CostModel
}

/** Makes the measures of a supergraph. */
export function createCostModels(directives: CostDirectives, schema: GraphQLSchema): CostModels {
  return { nodes: nodeModel(directives), cost: costModel(directives, schema) }
}

type Variables = Readonly<Record<string, unknown>>

/** What one operation can cost. The estimates are compiled when they are first asked for. */
export class OperationCost {
  readonly #request: ParsedRequest
  readonly #schema: GraphQLSchema
  readonly #models: CostModels
  #nodes: Estimate | undefined
  #cost: Estimate | undefined
  #defaults: Variables | undefined

  constructor(request: ParsedRequest, schema: GraphQLSchema, models: CostModels) {
    this.#request = request
    this.#schema = schema
    this.#models = models
  }

  /** How many objects the answer can have, with coerced variables. */
  nodesWith(variables: Variables): number {
    this.#nodes ??= this.#compile(this.#models.nodes)
    return this.#nodes(variables).cost
  }

  /** The cost with coerced variables. */
  costWith(variables: Variables): EstimatedCost {
    this.#cost ??= this.#compile(this.#models.cost)
    return this.#cost(variables)
  }

  /** The cost with variables as a client sends them. */
  costWithGiven(variables: Variables): number {
    this.#defaults ??= Object.fromEntries(
      (this.#request.operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
        defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
      ),
    )
    return this.costWith({ ...this.#defaults, ...variables }).cost
  }

  /** What is counted besides the objects of the answer. */
  get base(): number {
    const { operation } = this.#request.operation
    return operation === OperationTypeNode.MUTATION ? this.#models.cost.mutation : 0
  }

  #compile(model: CostModel): Estimate {
    const { operation, fragments } = this.#request
    return compileEstimate({ operation, fragments, schema: this.#schema, model })
  }
}
