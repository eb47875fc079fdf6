import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { UsersJobContext } from './context.ts'

/** Forgets who held usernames whose hold has ended; they are free by then in any case. */
export const freeUsernames = defineJob({
  name: 'free-usernames',
  payload: z.object({}),
  schedule: { everyMs: 24 * 60 * 60 * 1_000, input: {} },
  async run({ context, log }: JobCall<object, UsersJobContext>) {
    const freed = await context.usernames.removeEndedHolds()
    log.info({ freed }, 'forgot ended holds of usernames')
  },
})
