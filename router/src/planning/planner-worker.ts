import { parentPort } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { GravityError } from '@gravity/shared/errors/gravity-error'
import { invariant } from '@gravity/shared/errors/invariant'
import { parse } from 'graphql'
import { buildFederated, parseSupergraph } from '../supergraph/federated-supergraph.ts'
import { withoutParsedFetches } from './plan-fetches.ts'
import { createPlanner, type Planner, type PlanOptions } from './planner.ts'

/** What a planner thread is told first: the supergraph that it plans for. */
export interface SupergraphMessage {
  readonly sdl: string
}

/** What a planner thread is asked then; the only operation of the text is planned. */
export interface PlanMessage {
  readonly text: string
  readonly options: PlanOptions
}

/** What a planner thread says: once that it has started, then one answer for each question. */
export type ThreadMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'planned'; readonly plan: QueryPlan }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly cause: unknown }

/** The program of a planner thread, which begins with the supergraph and goes on with operations. */
function run(): void {
  invariant(parentPort, 'This is the program of a thread')
  const port = parentPort
  port.once('message', ({ sdl }: SupergraphMessage) => {
    const planner = createPlanner({ federated: buildFederated(parseSupergraph(sdl)) })
    port.on('message', async (message: PlanMessage) => {
      port.postMessage(await answer(message, planner))
    })
    planner.warm()
    port.postMessage({ kind: 'started' } satisfies ThreadMessage)
  })
}

async function answer({ text, options }: PlanMessage, planner: Planner): Promise<ThreadMessage> {
  try {
    const plan = await planner.plan(parse(text, { noLocation: true }), options)
    return { kind: 'planned', plan: withoutParsedFetches(plan) }
  } catch (cause) {
    return cause instanceof GravityError
      ? { kind: 'refused', reason: cause.message }
      : { kind: 'failed', cause }
  }
}

run()
