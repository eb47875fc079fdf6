import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { RetentionService } from './retention.service.ts'

const minuteMs = 60_000

/** Rooms forget within a quarter of an hour after their time. */
export function removeOldMessagesJob() {
  return defineJob({
    name: 'remove-old-messages',
    payload: z.object({}),
    schedule: { everyMs: 15 * minuteMs, input: {} },
    run: ({ context, signal }: JobCall<object, { readonly retention: RetentionService }>) =>
      context.retention.removeOld(signal),
  })
}
