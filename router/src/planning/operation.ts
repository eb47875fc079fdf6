import { type ErrorCode, GravityError } from '@gravity/shared/errors/gravity-error'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import { type DocumentNode, OperationTypeNode } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { AccessRule, AccessRules } from '../access/access-rules.ts'
import { type PolicyCheck, refusalsFor } from '../access/check-access.ts'
import { fieldRules } from '../access/field-rules.ts'
import type { Variables } from '../execution/coerce-variables.ts'
import { type CompiledOperation, compileOperation } from '../execution/compiled-operation.ts'
import { compileIntrospection, type Introspection } from '../execution/introspection.ts'
import { SharedAnswers } from '../execution/shared-answers.ts'
import type { PreparedOperation } from '../graph.ts'
import { countFields } from '../limits/count-fields.ts'
import type { SubgraphClient } from '../subgraphs/subgraph-client.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { type Conditions, conditionVariables, decideConditions } from './conditions.ts'
import { type DeferringOperation, hasDefers, withoutDefers } from './deferred-fragments.ts'
import type { LabelDecision } from './label-decision.ts'
import { chooseLayers, type Layers } from './layers.ts'
import { type CostModels, OperationCost } from './operation-cost.ts'
import type { OverrideLabels } from './override-labels.ts'
import type { ParsedRequest } from './parse-request.ts'
import { choosePlanNames, type PlanNames } from './plan-names.ts'
import { plannableDocument } from './plannable-document.ts'
import type { Planner } from './planner.ts'
import { holdsTexts, type VariantRecipe } from './remembered-operation.ts'
import { RequestedDeferral } from './requested-deferral.ts'
import { createVariant, onlyVariant, recipeOf, type Variant } from './variant.ts'
import { isViewerIndependent } from './viewer-independence.ts'

/** One supergraph with everything that was made from it. */
export interface Generation {
  readonly supergraph: Supergraph
  readonly planner: Planner
  readonly accessRules: AccessRules
  readonly allowsPolicy: PolicyCheck
  readonly clientOf: (subgraph: string) => SubgraphClient
  readonly maximumNodes: number
  readonly maximumCost: number
  /** Whether clients may ask how their operations are executed. */
  readonly explains: boolean
  readonly overrideLabels: OverrideLabels
  readonly decideLabel: LabelDecision
  readonly costModels: CostModels
  /** The fields (`Type.field`) whose values do not depend on who asks. */
  readonly viewerIndependentFields: ReadonlySet<string>
}

type RefusalOf = (parentType: string, field: string) => ErrorCode | undefined

function sharesAnswers(request: ParsedRequest, generation: Generation): boolean {
  if (request.operation.operation !== OperationTypeNode.SUBSCRIPTION) return false
  const { supergraph, viewerIndependentFields } = generation
  return isViewerIndependent(request.document, supergraph.apiSchema, viewerIndependentFields)
}

/** Viewers differ in what they are refused, variables in what they leave out: each combination has its own plan. */
const variantsKept = 64
/** How many of them are prepared again for another schema. */
const recipesKept = 4
/** How long a variant counts as one that cannot be planned. */
const refusalMilliseconds = 60_000

interface CompiledVariant {
  readonly variant: Variant
  readonly compiled: Promise<CompiledOperation>
}

/**
 * An operation of one generation, prepared. It is compiled for each set of refused and excluded fields when the set is
 * first met; equal requests at the same time share that work.
 */
export class Operation implements PreparedOperation {
  readonly kind: OperationTypeNode
  readonly name: string | undefined
  /** True when parts of the answer may come later than the rest. */
  readonly defers: boolean
  readonly generation: Generation
  /** Without what defers parts of it. */
  readonly request: ParsedRequest
  readonly names: PlanNames
  readonly introspect: Introspection
  readonly cost: OperationCost
  /** For a subscription whose answers are the same for all its subscribers. */
  readonly sharedAnswers: SharedAnswers | undefined
  /** The distinct rules that protect fields of the operation. */
  readonly #rules: readonly AccessRule[]
  readonly #conditionVariables: readonly string[]
  /** As the client wrote it. */
  readonly #given: ParsedRequest
  readonly #overrideLabels: readonly string[]
  #holdsTexts: boolean | undefined
  readonly #deferral: RequestedDeferral | undefined
  #layers: Layers | undefined
  readonly #variants = new LRUCache<string, CompiledVariant>({ max: variantsKept })

  constructor(given: ParsedRequest, generation: Generation) {
    const { supergraph, accessRules } = generation
    this.defers = hasDefers(given.document)
    this.#deferral = this.defers ? new RequestedDeferral(given) : undefined
    const request = this.defers ? withoutDefers(given) : given
    this.#given = given
    this.kind = request.operation.operation
    this.name = request.operation.name?.value
    this.generation = generation
    this.request = request
    this.names = choosePlanNames(request.document, supergraph.apiSchema, supergraph.names)
    this.introspect = compileIntrospection(request, supergraph.apiSchema)
    this.cost = new OperationCost(request, supergraph.apiSchema, generation.costModels)
    this.sharedAnswers = sharesAnswers(request, generation) ? new SharedAnswers(request) : undefined
    this.#conditionVariables = conditionVariables(given.document)
    this.#rules = fieldRules(request.document, supergraph.apiSchema, accessRules)
    this.#overrideLabels = generation.overrideLabels(request.document)
  }

  countFields(): ReadonlyMap<string, number> {
    const { operation, fragments } = this.request
    return countFields({ operation, fragments, schema: this.generation.supergraph.apiSchema })
  }

  estimatedCost(variables: Variables): number {
    return this.cost.costWithGiven(variables)
  }

  get document(): DocumentNode {
    return this.#given.document
  }

  /** True when there is one plan for everybody and all variables. */
  get hasOnePlan(): boolean {
    return (
      !this.defers &&
      this.#rules.length === 0 &&
      this.#conditionVariables.length === 0 &&
      this.#overrideLabels.length === 0
    )
  }

  /** The operation as far as the viewer may use it and the variables want it. Rejects when the planner has no plan. */
  compiledFor(viewer: Viewer | null, variables: Variables): Promise<CompiledOperation> {
    return this.#compiled(this.#variantFor(viewer, variables))
  }

  /** The same with its deferred parts apart; undefined when nothing is deferred with these variables, or nothing can be. */
  async compiledInParts(
    viewer: Viewer | null,
    variables: Variables,
  ): Promise<CompiledOperation | undefined> {
    const whole = this.#variantFor(viewer, variables)
    if (!this.#canDefer(whole.conditions)) return undefined
    try {
      return await this.#compiled(createVariant({ ...whole, inParts: true }))
    } catch {
      // To defer is a wish. Whoever answers the operation whole learns what is wrong with it besides.
      return undefined
    }
  }

  /** Whether texts were written into the document instead of into variables. */
  get holdsTexts(): boolean {
    this.#holdsTexts ??= holdsTexts(this.#given.document)
    return this.#holdsTexts
  }

  /** How it has been compiled so far, the latest first. */
  get recipes(): VariantRecipe[] {
    return [...this.#variants.values()]
      .slice(0, recipesKept)
      .map(({ variant }) => recipeOf(variant))
  }

  /** Compiles it as it was compiled before, over another schema maybe. Rejects when the planner has no plan. */
  async compileAgain({ truths, refused, overrides, inParts }: VariantRecipe): Promise<void> {
    const rules = new Set(this.#rules.map((rule) => rule.key))
    const variables = Object.fromEntries(truths.map((name) => [name, true]))
    const conditions = decideConditions(this.#conditionVariables, variables)
    if (inParts && !this.#canDefer(conditions)) return
    await this.#compiled(
      createVariant({
        refused: new Map(refused.filter(([rule]) => rules.has(rule))),
        conditions,
        overrides: overrides.filter((label) => this.#overrideLabels.includes(label)),
        inParts,
      }),
    )
  }

  /** Whether anything is deferred with these variables. */
  defersWith(variables: Variables): boolean {
    const names = this.#conditionVariables
    return this.#deferral?.appliesTo(decideConditions(names, variables)) ?? false
  }

  /** Parts cannot be told apart in response trees of their own. */
  #canDefer(conditions: Conditions): boolean {
    return this.#deferral?.appliesTo(conditions) === true && this.#chooseLayers().count === 1
  }

  #compiled(variant: Variant): Promise<CompiledOperation> {
    const known = this.#variants.get(variant.key)
    if (known) return known.compiled
    const compiled = this.#compile(variant)
    const entry = { variant, compiled }
    this.#variants.set(variant.key, entry)
    compiled.catch((cause: unknown) => {
      // To find out again would cost as much; but what took too long once may have had bad luck.
      const isRefused = cause instanceof GravityError && cause.code === 'BAD_USER_INPUT'
      if (isRefused) this.#variants.set(variant.key, entry, { ttl: refusalMilliseconds })
      else this.#variants.delete(variant.key)
    })
    return compiled
  }

  #variantFor(viewer: Viewer | null, variables: Variables): Variant {
    const { decideLabel } = this.generation
    const refused = this.#refusedRules(viewer)
    const isFixed = this.#conditionVariables.length === 0 && this.#overrideLabels.length === 0
    if (isFixed && refused.size === 0) return onlyVariant
    return createVariant({
      refused,
      conditions: decideConditions(this.#conditionVariables, variables),
      overrides: this.#overrideLabels.filter((label) => decideLabel(label, viewer)),
      inParts: false,
    })
  }

  isOpenTo(viewer: Viewer | null): boolean {
    return this.#refusedRules(viewer).size === 0
  }

  /** The refused rules by their key, each with the reason. */
  #refusedRules(viewer: Viewer | null): ReadonlyMap<string, ErrorCode> {
    return refusalsFor(this.#rules, viewer, this.generation.allowsPolicy)
  }

  async #compile({ refused, conditions, overrides, inParts }: Variant): Promise<CompiledOperation> {
    const deferring = inParts ? this.#deferral?.operationFor(conditions) : undefined
    const { supergraph, planner, accessRules } = this.generation
    const refusalOf: RefusalOf = (parentType, field) => {
      if (refused.size === 0) return undefined
      const rule = accessRules.ruleFor(parentType, field)
      return rule && refused.get(rule.key)
    }
    const documents = this.#plannableDocuments(refusalOf, conditions, deferring)
    const [first, ...layers] = await Promise.all(
      documents.map(async (document) => ({
        document,
        queryPlan: await planner.plan(document, { overrides }),
      })),
    )
    const queryPlan = first?.queryPlan ?? ({ kind: 'QueryPlan' } as const)
    return compileOperation({
      supergraph,
      request: this.request,
      names: this.names,
      conditions,
      deferring,
      queryPlan,
      layers,
      refusalOf,
    })
  }

  /** One document for each layer that has something to fetch. */
  #plannableDocuments(
    refusalOf: RefusalOf,
    conditions: Conditions,
    deferring: DeferringOperation | undefined,
  ): DocumentNode[] {
    const { operation, fragments } = deferring ?? this.request
    const layers = this.#chooseLayers()
    return Array.from({ length: layers.count }, (_, layer) => layer).flatMap((layer) => {
      const plannable = plannableDocument({
        schema: this.generation.supergraph.apiSchema,
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

  #chooseLayers(): Layers {
    const { apiSchema, conflicts } = this.generation.supergraph
    // What changes something must not be sent twice.
    const isQuery = this.kind === OperationTypeNode.QUERY
    this.#layers ??= chooseLayers(this.request.document, apiSchema, isQuery ? conflicts : new Map())
    return this.#layers
  }
}
