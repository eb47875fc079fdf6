import { z } from 'zod'

/** The payload by which a service says that it has erased a person; see `personErasureBegun`. */
export const erasureAcknowledgement = z.object({ userId: z.guid(), deletionId: z.guid() })

/**
 * The payload by which a service gives one part of what it keeps about a person; see `exportRequested`. Parts are numbered
 * from 1. Each answer to being asked is complete by itself; a later one takes the place of an earlier one.
 */
export const exportPart = z.object({
  userId: z.guid(),
  exportId: z.guid(),
  /** The `aggregateVersion` of the event that asked. */
  attempt: z.int().positive(),
  number: z.int().positive(),
  isLast: z.boolean(),
  /** By what they are, such as `messages`: the records of this part. */
  sections: z.record(z.string(), z.array(z.json())),
})

export type ExportPart = z.output<typeof exportPart>
