import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { UsersJobContext } from './context.ts'

/** Reminds services whose part of an export is missing, and removes exports that have expired. */
export const advanceExports = defineJob({
  name: 'advance-exports',
  payload: z.object({}),
  schedule: { everyMs: 10 * 60_000, input: {} },
  async run({ context, log }: JobCall<object, UsersJobContext>) {
    const overdue = await context.exports.advance()
    if (overdue > 0) log.warn({ overdue }, 'Exports wait for services')
  },
})
