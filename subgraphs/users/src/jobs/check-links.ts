import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { UsersJobContext } from './context.ts'

/** Looks at the pages that people say are theirs: new ones soon, others from time to time. */
export const checkLinks = defineJob({
  name: 'check-links',
  payload: z.object({}),
  schedule: { everyMs: 30_000, input: {} },
  async run({ context, log, signal }: JobCall<object, UsersJobContext>) {
    const checked = await context.links.checkDue(signal)
    if (checked > 0) log.info({ checked }, 'looked at linked pages')
  },
})
