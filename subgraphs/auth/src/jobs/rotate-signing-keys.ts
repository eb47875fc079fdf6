import { defineJob, type JobCall } from '@gravity/shared/jobs/define-job'
import { z } from 'zod'
import type { AuthJobContext } from './context.ts'

/** Announces the next signing key in time; far more often than needed, so that a missed run does no harm. */
export const rotateSigningKeys = defineJob({
  name: 'rotate-signing-keys',
  payload: z.object({}),
  schedule: { everyMs: 60 * 60 * 1_000, input: {} },
  run: ({ context }: JobCall<object, AuthJobContext>) => context.keys.rotate(),
})
