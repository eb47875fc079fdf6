import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { AuthJobContext } from './context.ts'

/** Keeps the tables of sessions and refresh tokens small. */
export const removeEndedSessions = defineJob({
  name: 'remove-ended-sessions',
  payload: z.object({}),
  schedule: { everyMs: 24 * 60 * 60 * 1_000, input: {} },
  async run({ context, log }: JobCall<object, AuthJobContext>) {
    const removed = await context.sessions.removeEnded()
    log.info({ removed }, 'removed ended sessions')
  },
})
