import { z } from 'zod'
import { type HintDeps, publishHint } from '../live/publish-hint.ts'

/** What concerns the inbox of one person, of all people on one topic. */
export const inboxPeopleTopic = 'chat.inbox-people'

const inRoom = z.object({ userId: z.guid(), roomId: z.guid() })

const personalHint = z.discriminatedUnion('kind', [
  /** They have read further in a room; also what the other members are not told. */
  inRoom.extend({ kind: z.literal('read') }),
  /** They want something else of a room: another notification level, a draft. */
  inRoom.extend({ kind: z.literal('room') }),
  /** They ignore others than before, or want other notifications. */
  z.object({ userId: z.guid(), kind: z.literal('attention') }),
  /** They were invited, or an invitation has been settled. */
  z.object({ userId: z.guid(), kind: z.literal('invitations') }),
])

export type PersonalHint = z.output<typeof personalHint>

export function parsePersonalHint(published: unknown): PersonalHint | undefined {
  return personalHint.safeParse(published).data
}

/** Tells the inboxes of one person, in every process, what has been committed. It never leaves the owner. */
export class InboxHints {
  readonly #deps: HintDeps

  constructor(deps: HintDeps) {
    this.#deps = deps
  }

  read(userId: string, roomId: string): void {
    this.#publish({ kind: 'read', userId, roomId })
  }

  roomWishesChanged(userId: string, roomId: string): void {
    this.#publish({ kind: 'room', userId, roomId })
  }

  attentionChanged(userId: string): void {
    this.#publish({ kind: 'attention', userId })
  }

  invitationsChanged(userId: string): void {
    this.#publish({ kind: 'invitations', userId })
  }

  #publish(hint: z.input<typeof personalHint>): void {
    publishHint(this.#deps, inboxPeopleTopic, hint)
  }
}
