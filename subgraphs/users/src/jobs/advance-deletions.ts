import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { UsersJobContext } from './context.ts'

/** Begins the deletions whose grace is over, and reminds services that have not answered. */
export const advanceDeletions = defineJob({
  name: 'advance-deletions',
  payload: z.object({}),
  schedule: { everyMs: 60_000, input: {} },
  run: ({ context, log }: JobCall<object, UsersJobContext>) => context.deletions.advance(log),
})
