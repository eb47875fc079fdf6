import type { QueryPlan } from '@apollo/query-planner'
import { expect, it } from '@jest/globals'
import { PlanQueue } from './plan-queue.ts'
import type { PlanJob } from './planner-thread.ts'

function job(text: string): PlanJob {
  const supergraph = { number: 1, sdl: '', crashes: 0 }
  const settled = Promise.withResolvers<QueryPlan>()
  return { supergraph, text, options: {}, settled, crashes: 0 }
}

it('lets short documents overtake long ones, but not for ever', () => {
  const queue = new PlanQueue(9)
  for (const text of ['long 1', 'long 2', 'a', 'b', 'c', 'd']) queue.add(job(text))
  queue.addFirst(job('first'))

  const taken = Array.from({ length: 7 }, () => queue.take()?.text)

  expect(taken).toEqual(['a', 'b', 'c', 'first', 'd', 'long 1', 'long 2'])
  expect(queue.isEmpty).toBe(true)
})
