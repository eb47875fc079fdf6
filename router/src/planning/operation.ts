import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { type DocumentNode, OperationTypeNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { AccessRule, AccessRules } from '../access/access-rules.ts'
import { type PolicyCheck, refusalFor } from '../access/check-access.ts'
import { fieldRules } from '../access/field-rules.ts'
import type { Variables } from '../execution/coerce-variables.ts'
import { type CompiledOperation, compileOperation } from '../execution/compiled-operation.ts'
import { compileIntrospection, type Introspection } from '../execution/introspection.ts'
import { SharedAnswers } from '../execution/shared-answers.ts'
import type { PreparedOperation } from '../graph.ts'
import { estimateNodes } from '../limits/estimate-nodes.ts'
import type { SubgraphClient } from '../subgraphs/subgraph-client.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { type Conditions, conditionVariables, decideConditions } from './conditions.ts'
import { chooseLayers } from './layers.ts'
import type { ParsedRequest } from './parse-request.ts'
import { choosePlanNames, type PlanNames } from './plan-names.ts'
import { plannableDocument } from './plannable-document.ts'
import type { Planner } from './planner.ts'
import { isViewerIndependent } from './viewer-independence.ts'

/** One supergraph with everything that was made from it. */
export interface Generation {
  readonly supergraph: Supergraph
  readonly planner: Planner
  readonly accessRules: AccessRules
  readonly allowsPolicy: PolicyCheck
  readonly clientOf: (subgraph: string) => SubgraphClient
  readonly maximumNodes: number
  /** The fields (`Type.field`) whose values do not depend on who asks. */
  readonly viewerIndependentFields: ReadonlySet<string>
}

type RefusalOf = (parentType: string, field: string) => ErrorCode | undefined

function sharesAnswers(request: ParsedRequest, generation: Generation): boolean {
  if (request.operation.operation !== OperationTypeNode.SUBSCRIPTION) return false
  const { supergraph, viewerIndependentFields } = generation
  return isViewerIndependent(request.document, supergraph.apiSchema, viewerIndependentFields)
}

/** Viewers differ in what they are refused, and variables in what they leave out; each combination has its own plan. */
const variantsKept = 64

/**
 * An operation of one generation, prepared. It is compiled for each set of refused and excluded fields when the set is
 * first met; equal requests at the same time share that work.
 */
export class Operation implements PreparedOperation {
  readonly kind: OperationTypeNode
  readonly name: string | undefined
  readonly generation: Generation
  readonly request: ParsedRequest
  readonly names: PlanNames
  readonly introspect: Introspection
  /** For a subscription whose answers are the same for all its subscribers. */
  readonly sharedAnswers: SharedAnswers | undefined
  /** The distinct rules that protect fields of the operation. */
  readonly #rules: readonly AccessRule[]
  readonly #conditionVariables: readonly string[]
  #nodes: number | undefined
  readonly #variants = new LRUCache<string, Promise<CompiledOperation>>({ max: variantsKept })

  constructor(request: ParsedRequest, generation: Generation) {
    const { supergraph, accessRules } = generation
    this.kind = request.operation.operation
    this.name = request.operation.name?.value
    this.generation = generation
    this.request = request
    this.names = choosePlanNames(request.document, supergraph.names)
    this.introspect = compileIntrospection(request, supergraph.apiSchema)
    this.sharedAnswers = sharesAnswers(request, generation) ? new SharedAnswers(request) : undefined
    this.#conditionVariables = conditionVariables(request.document)
    this.#rules = fieldRules(request.document, supergraph.apiSchema, accessRules)
  }

  /** How many objects the answer can have; see `estimateNodes`. */
  nodesWith(variables: Variables): number {
    if (this.#nodes !== undefined) return this.#nodes
    const { operation, fragments } = this.request
    const { apiSchema } = this.generation.supergraph
    const nodes = estimateNodes({ operation, fragments, variables, schema: apiSchema })
    if (!operation.variableDefinitions?.length) this.#nodes = nodes
    return nodes
  }

  /** True when there is one plan for everybody and all variables. */
  get hasOnePlan(): boolean {
    return this.#rules.length === 0 && this.#conditionVariables.length === 0
  }

  /** The operation as far as the viewer may use it and the variables want it. Rejects when the planner has no plan. */
  compiledFor(viewer: Viewer | null, variables: Variables): Promise<CompiledOperation> {
    const refused = this.#refusedRules(viewer)
    const conditions = decideConditions(this.#conditionVariables, variables)
    const key = `${conditions.key} ${[...refused].join()}`
    const known = this.#variants.get(key)
    if (known) return known
    const compiling = this.#compile(refused, conditions)
    this.#variants.set(key, compiling)
    compiling.catch(() => this.#variants.delete(key))
    return compiling
  }

  /** The refused rules by their key, each with the reason. */
  #refusedRules(viewer: Viewer | null): ReadonlyMap<string, ErrorCode> {
    const refused = new Map<string, ErrorCode>()
    for (const rule of this.#rules) {
      const refusal = refusalFor(rule, viewer, this.generation.allowsPolicy)
      if (refusal) refused.set(rule.key, refusal)
    }
    return refused
  }

  async #compile(
    refused: ReadonlyMap<string, ErrorCode>,
    conditions: Conditions,
  ): Promise<CompiledOperation> {
    const { supergraph, planner, accessRules } = this.generation
    const { request, names } = this
    const refusalOf: RefusalOf = (parentType, field) => {
      if (refused.size === 0) return undefined
      const rule = accessRules.ruleFor(parentType, field)
      return rule && refused.get(rule.key)
    }
    const documents = this.#plannableDocuments(refusalOf, conditions)
    const [first, ...layers] = await Promise.all(
      documents.map(async (document) => ({ document, queryPlan: await planner.plan(document) })),
    )
    const queryPlan = first?.queryPlan ?? ({ kind: 'QueryPlan' } as const)
    return compileOperation({
      supergraph,
      request,
      names,
      conditions,
      queryPlan,
      layers,
      refusalOf,
    })
  }

  /** One document for each layer that has something to fetch. */
  #plannableDocuments(refusalOf: RefusalOf, conditions: Conditions): DocumentNode[] {
    const { apiSchema: schema, conflicts } = this.generation.supergraph
    const { operation, fragments, document } = this.request
    // What changes something must not be sent twice.
    const isQuery = this.kind === OperationTypeNode.QUERY
    const layers = chooseLayers(document, schema, isQuery ? conflicts : new Map())
    return Array.from({ length: layers.count }, (_, layer) => layer).flatMap((layer) => {
      const plannable = plannableDocument({
        schema,
        operation,
        fragments,
        planName: this.names.planName,
        isRefused: (parentType, field) => refusalOf(parentType, field) !== undefined,
        conditions,
        layers,
        layer,
      })
      return plannable ?? []
    })
  }
}
