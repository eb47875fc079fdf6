import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { AuthJobContext } from './context.ts'

/** Writes into the audit log when nobody has ended an impersonation before its time was over. */
export const endOverdueImpersonations = defineJob({
  name: 'end-overdue-impersonations',
  payload: z.object({}),
  schedule: { everyMs: 60_000, input: {} },
  async run({ context }: JobCall<object, AuthJobContext>) {
    await context.impersonations.endOverdue()
  },
})
