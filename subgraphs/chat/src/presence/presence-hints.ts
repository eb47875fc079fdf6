import { z } from 'zod'

/** All that processes tell each other about who is there. */
export const presenceTopic = 'chat.presence'

const sighting = z.object({
  userId: z.guid(),
  /** When they last did something, in milliseconds since the epoch. */
  activeAt: z.int(),
})

export const presenceHint = z.discriminatedUnion('kind', [
  /** They are there, as one process sees it; true for a while, unless it is said again. */
  z.object({ kind: z.literal('here'), processId: z.string(), people: z.array(sighting) }),
  /** They are not there any more, as far as this process knows. */
  z.object({ kind: z.literal('gone'), processId: z.string(), userIds: z.array(z.guid()) }),
  /** A process has begun and knows nobody yet. */
  z.object({ kind: z.literal('who'), processId: z.string() }),
  /** Somebody shows themselves otherwise than before: a status, or not at all. */
  z.object({ kind: z.literal('changed'), userId: z.guid() }),
])

export type Sighting = z.output<typeof sighting>
export type PresenceHint = z.output<typeof presenceHint>
