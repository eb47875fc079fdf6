import type { Logger } from '@gravity/shared/log/logger'
import { readAccessRules } from '../access/access-rules.ts'
import { denyPolicies, type PolicyCheck } from '../access/check-access.ts'
import { readCostDirectives } from '../limits/cost-directives.ts'
import type { ClientPool } from '../subgraphs/client-pool.ts'
import { createSupergraph, type SupergraphOptions } from '../supergraph/supergraph.ts'
import type { PlanningConfig } from './config.ts'
import { createLabelDecision, type LabelDecisionOptions } from './label-decision.ts'
import type { Generation } from './operation.ts'
import {
  createOperationCache,
  type OperationCache,
  type OperationCacheOptions,
} from './operation-cache.ts'
import { createCostModels } from './operation-cost.ts'
import { readOverrideLabels } from './override-labels.ts'
import { createPlanner } from './planner.ts'
import type { PlannerThreads } from './planner-threads.ts'
import { observePlanner } from './preparation.ts'

/** A generation with its prepared operations. */
export interface ServedGeneration extends Generation {
  readonly operations: OperationCache
}

export interface GenerationOptions extends OperationCacheOptions, SupergraphOptions {
  readonly clients: ClientPool
  readonly log: Logger
  readonly allowsPolicy?: PolicyCheck | undefined
  /** The fields (`Type.field`) whose values do not depend on who asks; none by default. */
  readonly viewerIndependentFields?: ViewerIndependentFields | undefined
  /** How much an operation may cost, by `@cost` and `@listSize`; as much as it likes by default. */
  readonly maximumCost?: number | undefined
  /** Whether clients may ask how their operations are executed; by default they may not. */
  readonly explains?: boolean | undefined
  /** Decides labels of `@override` before the configuration does. */
  readonly decideLabel?: LabelDecisionOptions['decide']
  /** What is prepared before it is asked for; by default what was asked for before a change of the schema. */
  readonly warming?: WarmingOptions | undefined
  /** The labels of `@override` that it knows of; none by default. */
  readonly planning?: Pick<PlanningConfig, 'overrideLabels'> | undefined
  /** Where plans are made; by default on this thread. */
  readonly plannerThreads?: PlannerThreads | undefined
}

/** What is prepared before anybody asks for it. */
export interface WarmingOptions {
  /** How many operations; 200 by default, 0 for none. */
  readonly operations?: number | undefined
  /** How long a new schema may wait for them before it is served; 3,000 by default. */
  readonly waitMs?: number | undefined
  /** Where the operations are remembered for the next start. */
  readonly file?: string | undefined
  /** Documents that clients are known to ask for, read at each change of the schema. */
  readonly documents?: (() => Promise<readonly string[]>) | undefined
}

/** Known from the start, or read for each supergraph anew. */
type ViewerIndependentFields = ReadonlySet<string> | (() => ReadonlySet<string>)

function independentFields(fields: ViewerIndependentFields = new Set()): ReadonlySet<string> {
  return typeof fields === 'function' ? fields() : fields
}

/** Makes everything that serving a supergraph needs. Throws when it cannot be served. */
export function createGeneration(sdl: string, options: GenerationOptions): ServedGeneration {
  // The first, because the threads read the supergraph while this one does.
  const ahead = options.plannerThreads?.plannerFor(sdl)
  try {
    const supergraph = createSupergraph(sdl, options)
    const planner = ahead ?? createPlanner(supergraph)
    const generation: Generation = {
      supergraph,
      planner: observePlanner(planner, options.observePreparation),
      accessRules: readAccessRules(supergraph),
      allowsPolicy: options.allowsPolicy ?? denyPolicies,
      maximumNodes: options.maximumNodes ?? Number.POSITIVE_INFINITY,
      maximumCost: options.maximumCost ?? Number.POSITIVE_INFINITY,
      explains: options.explains ?? false,
      overrideLabels: readOverrideLabels(supergraph),
      decideLabel: createLabelDecision({
        percentages: options.planning?.overrideLabels,
        decide: options.decideLabel,
      }),
      costModels: createCostModels(readCostDirectives(supergraph), supergraph.apiSchema),
      viewerIndependentFields: independentFields(options.viewerIndependentFields),
      clientOf: options.clients.clientsFor(supergraph.subgraphs),
    }
    return Object.assign(generation, { operations: createOperationCache(generation, options) })
  } catch (error) {
    ahead?.retire()
    throw error
  }
}
