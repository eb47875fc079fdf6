import { parentPort } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { invariant } from '@gravity/shared/errors/invariant'
import { parse } from 'graphql'
import { buildFederated, parseSupergraph } from '../supergraph/federated-supergraph.ts'
import { withoutParsedFetches } from './plan-fetches.ts'
import { createPlanner, type Planner, type PlanOptions } from './planner.ts'

/**
 * What a planner thread is told: to read a supergraph, to plan the only operation of a text over one that it has read,
 * and to forget one. Supergraphs are numbered by whoever asks.
 */
export type ThreadRequest =
  | { readonly kind: 'open'; readonly supergraph: number; readonly sdl: string }
  | PlanRequest
  | { readonly kind: 'close'; readonly supergraph: number }

interface PlanRequest {
  readonly kind: 'plan'
  readonly supergraph: number
  readonly text: string
  readonly options: PlanOptions
}

/** What a planner thread says: `opened` for each supergraph, one of the others for each plan. */
export type ThreadMessage =
  | { readonly kind: 'opened' }
  | { readonly kind: 'planned'; readonly plan: QueryPlan }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly cause: unknown }

/** Plans, or says why there is no planner. */
type OpenPlanner = Pick<Planner, 'plan'>

/** The program of a planner thread. */
function run(): void {
  invariant(parentPort, 'This is the program of a thread')
  const port = parentPort
  const say = (message: ThreadMessage): void => port.postMessage(message)
  const planners = new Map<number, OpenPlanner>()
  port.on('message', async (request: ThreadRequest) => {
    switch (request.kind) {
      case 'open':
        planners.set(request.supergraph, openPlanner(request.sdl))
        say({ kind: 'opened' })
        break
      case 'plan':
        say(await answer(request, planners.get(request.supergraph)))
        break
      case 'close':
        planners.delete(request.supergraph)
    }
  })
}

function openPlanner(sdl: string): OpenPlanner {
  try {
    const planner = createPlanner({ federated: buildFederated(parseSupergraph(sdl)) })
    planner.warm()
    return planner
  } catch (cause) {
    return { plan: () => Promise.reject(cause) }
  }
}

async function answer(
  { text, options }: PlanRequest,
  planner: OpenPlanner | undefined,
): Promise<ThreadMessage> {
  try {
    invariant(planner, 'A supergraph is opened before it is planned for')
    const plan = await planner.plan(parse(text, { noLocation: true }), options)
    return { kind: 'planned', plan: withoutParsedFetches(plan) }
  } catch (cause) {
    return cause instanceof GravityError
      ? { kind: 'refused', reason: cause.message }
      : { kind: 'failed', cause }
  }
}

run()
