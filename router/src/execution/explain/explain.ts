import type { GraphCall, GraphResult } from '../../graph.ts'
import type { ExecutionRun } from '../execution-run.ts'
import type { BoundOperation } from '../executor.ts'
import { type AskedExplanation, askedExplanation } from './asked-explanation.ts'
import { describePlan } from './describe-plan.ts'
import { FetchTimes } from './fetch-times.ts'
import { measureCost } from './measure-cost.ts'

/** Explains one execution. */
export interface Explainer {
  readonly isDryRun: boolean
  /** The run to execute instead of the given one. */
  watch(run: ExecutionRun): ExecutionRun
  /** The result of the run, with what was asked for in its `extensions`. */
  explain(result: GraphResult, run: ExecutionRun): GraphResult
  /** What would be done, without a run. */
  readonly forecast: GraphResult
}

/** Explains the execution that a call asks for; undefined when the graph explains nothing, or nobody asked. */
export function explainerFor(bound: BoundOperation, call: GraphCall): Explainer | undefined {
  const asked = bound.operation.generation.explains ? askedExplanation(call.headers) : undefined
  return asked && new Explanation(bound, asked)
}

class Explanation implements Explainer {
  readonly #bound: BoundOperation
  readonly #asked: AskedExplanation
  readonly #times = new FetchTimes()

  constructor(bound: BoundOperation, asked: AskedExplanation) {
    this.#bound = bound
    this.#asked = asked
  }

  get isDryRun(): boolean {
    return this.#asked.isDryRun
  }

  watch(run: ExecutionRun): ExecutionRun {
    return this.#times.watch(run)
  }

  explain(result: GraphResult, run: ExecutionRun): GraphResult {
    return { ...result, body: withExtensions(result.body, this.#extensions(run)) }
  }

  get forecast(): GraphResult {
    const body = withExtensions('{"data":null}', this.#extensions(undefined))
    return { errors: [], refused: false, body }
  }

  #extensions(run: ExecutionRun | undefined): object {
    const { plan, cost } = this.#asked
    return {
      ...(plan && { queryPlan: describePlan(this.#bound.compiled, this.#times) }),
      ...(cost && { cost: this.#cost(run) }),
    }
  }

  #cost(run: ExecutionRun | undefined): object {
    const { operation, compiled, variables } = this.#bound
    const { generation, cost } = operation
    const { supergraph, costModels, maximumCost } = generation
    const options = { schema: supergraph.apiSchema, model: costModels.cost }
    return {
      estimated: cost.costWith(variables).cost,
      ...(run && { actual: cost.base + measureCost(compiled.projection, run.data, options) }),
      ...(maximumCost !== Number.POSITIVE_INFINITY && { maximum: maximumCost }),
    }
  }
}

/** A response as JSON text, which has no extensions yet, with them. */
function withExtensions(body: string, extensions: object): string {
  return `${body.slice(0, -1)},"extensions":${JSON.stringify(extensions)}}`
}
