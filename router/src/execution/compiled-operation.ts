import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import type { ErrorCode } from '@gravity/shared/errors/gravity-error'
import { invariant } from '@gravity/shared/errors/invariant'
import { type DocumentNode, Kind } from 'graphql'
import type { Conditions } from '../planning/conditions.ts'
import type { DeferringOperation } from '../planning/deferred-fragments.ts'
import type { ParsedRequest } from '../planning/parse-request.ts'
import type { PlanNames } from '../planning/plan-names.ts'
import type { Supergraph, TypeRelations } from '../supergraph/supergraph.ts'
import { type CompiledPlan, compilePlan } from './compile-plan.ts'
import { compileMerge, type Merge } from './merge.ts'
import {
  compileDeferring,
  compileSelection,
  type DeferringSelection,
  type ProjectedSelection,
} from './projection.ts'
import { compileRootFetch, type RootFetch } from './root-fetch.ts'

/** An operation, ready to be run any number of times. */
export interface CompiledOperation {
  readonly plan: CompiledPlan
  /** What has to be fetched into a response tree of its own, and is added to the first tree in the end. */
  readonly layers: readonly CompiledLayer[]
  /** The fetch that a subscription starts with; `plan` is then what each event needs besides. */
  readonly primary: { readonly subgraph: string; readonly fetch: RootFetch } | undefined
  readonly projection: ProjectedSelection
  /** For an operation that is answered in parts. */
  readonly deferral: Deferral | undefined
  /** True when the viewer may not have any of it. */
  readonly isRefused: boolean
}

/** What is deferred of an operation; its `projection` is what is left. */
export interface Deferral {
  readonly projection: DeferringSelection
  /** The client's labels, by the keys of the fragments. */
  readonly labels: ReadonlyMap<string, string | undefined>
  /** Everything, as if nothing were deferred. */
  readonly whole: ProjectedSelection
}

/** A layer of an operation, ready to be run. */
export interface CompiledLayer {
  readonly plan: CompiledPlan
  readonly merge: Merge
}

/** A layer as the planner sees it. */
export interface PlannedLayer {
  readonly document: DocumentNode
  readonly queryPlan: QueryPlan
}

/** An operation that was planned for one set of refused and excluded fields. */
export interface CompileOptions {
  readonly supergraph: Supergraph
  readonly request: ParsedRequest
  readonly names: PlanNames
  readonly conditions: Conditions
  /** The operation with its deferred fragments, when they are to be answered later. */
  readonly deferring: DeferringOperation | undefined
  readonly queryPlan: QueryPlan
  readonly layers: readonly PlannedLayer[]
  readonly refusalOf: (parentType: string, field: string) => ErrorCode | undefined
}

/** Compiles a plan and the projection of its result. Throws `UnsupportedPlanError` for a plan that cannot be run. */
export function compileOperation(options: CompileOptions): CompiledOperation {
  const { types } = options.supergraph
  const { node } = options.queryPlan
  const primary = node?.kind === 'Subscription' ? compilePrimary(node.primary, types) : undefined
  const plan = compilePlan(node?.kind === 'Subscription' ? node.rest : node, types)
  const deferral = compileDeferral(options)
  const projection = deferral?.projection ?? compileSelection(...projectionOf(options, plan))
  const compiled = { projection, deferral, isRefused: refusesRoot(projection) }
  if (compiled.isRefused) return { ...compiled, plan: nothing, layers: [], primary: undefined }
  const layers = options.layers.map((layer) => compileLayer(layer, types))
  return { ...compiled, plan, layers, primary }
}

const nothing: CompiledPlan = { tasks: [], entityPaths: new Set(), parts: new Map() }

/** The null of a refused field would rise to the top: then nothing is fetched, and above all nothing is changed. */
function refusesRoot(projection: ProjectedSelection): boolean {
  const fields = projection.fieldsFor(undefined) ?? []
  return fields.some((field) => field.kind === 'refused' && field.nonNull)
}

function compilePrimary(node: FetchNode, types: TypeRelations): CompiledOperation['primary'] {
  const fetch = compileRootFetch({ node, planPath: [], after: [] }, types)
  return { subgraph: node.serviceName, fetch }
}

function compileLayer({ document, queryPlan }: PlannedLayer, types: TypeRelations): CompiledLayer {
  const [definition] = document.definitions
  invariant(definition?.kind === Kind.OPERATION_DEFINITION, 'A layer has one operation')
  invariant(queryPlan.node?.kind !== 'Subscription', 'Only queries have layers')
  const plan = compilePlan(queryPlan.node, types)
  return { plan, merge: compileMerge(definition.selectionSet, {}) }
}

function compileDeferral(options: CompileOptions): Deferral | undefined {
  const { deferring, request } = options
  if (!deferring) return undefined
  // What is below an object may differ from place to place, so no text is kept.
  const everywhere = { entityPaths: new Set<string>() }
  return {
    projection: compileDeferring(
      ...projectionOf({ ...options, request: { ...request, ...deferring } }, everywhere),
    ),
    labels: deferring.labels,
    whole: compileSelection(...projectionOf(options, everywhere)),
  }
}

function projectionOf(
  { supergraph, request, names, conditions, refusalOf }: CompileOptions,
  { entityPaths }: Pick<CompiledPlan, 'entityPaths'>,
): Parameters<typeof compileSelection> {
  const { operation, fragments } = request
  const schema = supergraph.apiSchema
  const rootType = schema.getRootType(operation.operation)
  invariant(rootType, 'Validation refuses operations without a root type')
  const scopes = [{ parentType: rootType, selectionSet: operation.selectionSet }]
  const { includes } = conditions
  const { planName } = names
  const options = { schema, fragments, includes, planName, refusalOf, entityPaths }
  return [rootType, scopes, { options, planPath: [] }]
}
