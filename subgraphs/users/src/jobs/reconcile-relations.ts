import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { UsersJobContext } from './context.ts'

/** Puts right what the counters of relations say, and does what an interruption has left undone. */
export const reconcileRelations = defineJob({
  name: 'reconcile-relations',
  payload: z.object({}),
  schedule: { everyMs: 60 * 60 * 1_000, input: {} },
  async run({ context, log }: JobCall<object, UsersJobContext>) {
    const done = await context.upkeep.run()
    if (done.recounted > 0) log.warn(done, 'counters of relations were wrong')
    else log.info(done, 'reconciled relations')
  },
})
