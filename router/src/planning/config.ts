import { parseEnvironment } from '@gravity/shared/config/parse-environment'
import { z } from 'zod'

/** How operations are planned. */
export interface PlanningConfig {
  /** Threads that plan; 0 plans on the thread that answers. */
  readonly threads: number
  /** How long one plan may take on a thread of its own. */
  readonly deadlineMs: number
  /** How many operations are prepared before anybody asks for them, at the start and for a new schema. */
  readonly warmOperations: number
  /** How long a new schema may wait for them. */
  readonly warmWaitMs: number
  /** For how many viewers in a hundred each label of `@override` is on. */
  readonly overrideLabels: ReadonlyMap<string, number>
  /** How much an operation may cost; undefined when nobody has said so. */
  readonly maximumCost: number | undefined
  /** Whether clients may ask how their operations are executed; undefined when nobody has said so. */
  readonly explains: boolean | undefined
}

/** What an operation may cost on the platform when nobody says so: as much as several of the largest pages. */
export const usualMaximumCost = 20_000

const percentages = z
  .string()
  .transform((text) =>
    text.split(',').map((entry) => /^\s*([a-zA-Z][\w\-:./]*):(\d+(?:\.\d+)?)\s*$/.exec(entry)),
  )
  .refine(
    (matches) => matches.every((match) => Number(match?.[2]) <= 100),
    'a list such as new-search:5,move.reviews:100, percentages behind labels',
  )
  .transform((matches) => new Map(matches.map((match) => [match?.[1] ?? '', Number(match?.[2])])))

const schema = z.object({
  GRAVITY_ROUTER_PLANNER_THREADS: z.coerce.number().int().min(0).max(2).default(1),
  GRAVITY_ROUTER_PLAN_SECONDS: z.coerce.number().min(0.1).max(600).default(10),
  GRAVITY_ROUTER_MAXIMUM_COST: z.coerce.number().int().min(0).optional(),
  GRAVITY_ROUTER_WARM_OPERATIONS: z.coerce.number().int().min(0).max(2_000).default(200),
  GRAVITY_ROUTER_WARM_SECONDS: z.coerce.number().min(0).max(60).default(3),
  GRAVITY_ROUTER_OVERRIDE_LABELS: percentages.default(new Map()),
  GRAVITY_ROUTER_EXPLAIN: z.stringbool().optional(),
})

/** Reads how operations are planned. Throws a StartError. */
export function readPlanningConfig(environment: NodeJS.ProcessEnv): PlanningConfig {
  const env = parseEnvironment(schema, environment)
  return {
    threads: env.GRAVITY_ROUTER_PLANNER_THREADS,
    deadlineMs: env.GRAVITY_ROUTER_PLAN_SECONDS * 1_000,
    maximumCost:
      env.GRAVITY_ROUTER_MAXIMUM_COST === 0
        ? Number.POSITIVE_INFINITY
        : env.GRAVITY_ROUTER_MAXIMUM_COST,
    warmOperations: env.GRAVITY_ROUTER_WARM_OPERATIONS,
    warmWaitMs: env.GRAVITY_ROUTER_WARM_SECONDS * 1_000,
    overrideLabels: env.GRAVITY_ROUTER_OVERRIDE_LABELS,
    explains: env.GRAVITY_ROUTER_EXPLAIN,
  }
}
